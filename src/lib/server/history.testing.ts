import fc from 'fast-check';
import type { ContentData } from '../core/index.ts';
import { draftOf, EDITS, editsOf, revise } from '../core/content.testing.ts';
import { allItems } from '../core/oracle.testing.ts';
import { createReplica } from './replica.testing.ts';
import type { Replica } from './replica.testing.ts';
import { createNaiveLearner, find } from './naive-server.testing.ts';
import type { NaiveUpdate } from './naive-server.testing.ts';
import { expectSound, expectTruth } from './recount.testing.ts';
import type { Subject } from './recount.testing.ts';
import type { School } from './school.testing.ts';
import { DAY, SECOND } from './school.testing.ts';

const kinds = fc.oneof(
  { weight: 4, arbitrary: fc.constant('completed' as const) },
  { weight: 2, arbitrary: fc.constantFrom('reopened' as const, 'attempted' as const) },
  { weight: 1, arbitrary: fc.constantFrom('restarted' as const, 'opened' as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('advanced' as const, 'spent' as const, 'saved' as const),
  },
);
const steps = {
  act: fc.record({ device: fc.nat(3), kind: kinds, item: fc.nat(60), amount: fc.nat(100) }),
  /** Sometimes the answer is lost, so that the device sends the same again. */
  sync: fc.record({ device: fc.nat(3), isLost: fc.nat(3).map((die) => die === 0) }),
  update: fc.record({
    learner: fc.nat(1),
    item: fc.nat(60),
    status: fc.constantFrom('not-started', 'in-progress', 'completed', 'completed'),
    amount: fc.nat(100),
  }),
  edit: editsOf(...EDITS),
};
const told = <N extends string, T>(does: N, arbitrary: fc.Arbitrary<T>) =>
  arbitrary.map((details) => ({ does, details }));

/** A long story of two learners with four devices, and of an author. */
export const histories = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: told('act', steps.act) },
    { weight: 3, arbitrary: told('sync', steps.sync) },
    { weight: 4, arbitrary: told('update', steps.update) },
    { weight: 2, arbitrary: told('edit', steps.edit) },
  ),
  { minLength: 40, maxLength: 80, size: 'max' },
);

type Step = typeof histories extends fc.Arbitrary<(infer T)[]> ? T : never;

/** Lets a history happen in a new school; after each step all answers are held against the truth. */
export async function live(
  school: School,
  { content, history }: { content: ContentData[]; history: readonly Step[] },
): Promise<void> {
  const ann = { learner: school.as('ann'), naive: createNaiveLearner(), revision: 0 };
  const bob = { learner: school.as('bob'), naive: createNaiveLearner(), revision: 0 };
  const devices: [Subject, Replica][] = [
    [ann, createReplica('laptop-one', 0)],
    [ann, createReplica('constructor', 10 * DAY)],
    [ann, createReplica('__proto__', -10 * DAY)],
    [bob, createReplica('laptop-one', 3 * SECOND)],
  ];
  const ids = new Set(['from-tomorrow']);
  const idAt = (index: number) => [...ids][index % ids.size]!;
  let draft = draftOf(content);
  const teach = () => {
    school.teach(draft.content);
    for (const item of allItems(draft.content)) ids.add(item.id);
  };
  teach();

  for (const { does, details } of history) {
    school.clock.now += SECOND;
    const place = { content: draft.content, now: school.clock.now };
    switch (does) {
      case 'act': {
        const [, replica] = devices[details.device]!;
        replica.act(details, { contentId: idAt(details.item), now: place.now });
        break;
      }
      case 'sync': {
        const [subject, replica] = devices[details.device]!;
        if (!(await replica.sync(subject, { ...place, isLost: details.isLost }))) break;
        await expectTruth(subject, draft.content, { isEdited: false });
        await expectSound(school, subject);
        break;
      }
      case 'update': {
        const subject = [ann, bob][details.learner]!;
        const item = find(draft.content, idAt(details.item));
        if (!item) break;
        const body = updateOf(item, details);
        subject.naive.update(draft.content, body, place.now);
        const { progress, rollUp } = (
          await subject.learner.update({ ...body, contentType: item.type })
        ).body;
        await expectTruth(subject, draft.content, { isEdited: false, said: [progress, ...rollUp] });
        await expectSound(school, subject);
        break;
      }
      case 'edit':
        draft = revise(draft, details);
        teach();
        await expectTruth(ann, draft.content, { isEdited: true });
        await expectTruth(bob, draft.content, { isEdited: true });
    }
  }
}

function updateOf(
  { id, type }: ContentData,
  { status, amount }: { status: string; amount: number },
): NaiveUpdate {
  const body = { contentId: id, status: status as NaiveUpdate['status'] };
  const isUnit = type === 'lesson' || type === 'exercise';
  if (!isUnit || status === 'not-started') return body;
  return {
    ...body,
    ...(amount % 2 === 0 && { progressPercentage: amount }),
    ...(amount % 3 === 0 && type === 'exercise' && { score: amount }),
    ...(amount % 5 === 0 && { data: { page: amount } }),
  };
}
