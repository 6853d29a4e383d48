import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { ContentData } from '../core/index.ts';
import { discrepancies } from './audit.testing.ts';
import { op, outcomes, recordIn, send } from './device.testing.ts';
import type { Learner } from './school.testing.ts';
import { CONTENT, DAY, sharing, START } from './school.testing.ts';

const QUIZ: ContentData = { id: 'soon', type: 'exercise', title: 'Soon', graded: true };
const READ: ContentData = {
  id: 'read',
  type: 'lesson',
  title: 'Read',
  completion: ['exercise'],
};

const handIn = (seq: number, score: number, change: object = {}) =>
  op(seq, 'attempted', { contentId: 'soon', attempt: `a${seq}`, answers: [score], ...change });

withDatabases(({ open }) => {
  const school = sharing(open);
  /** Answers came in while the server did not know the exercise; a day later it does. */
  const handedIn = async (attempts: object[], exercise: Partial<ContentData> = {}) => {
    const opened = await school();
    const { ann, clock, teach } = opened;
    const before = await send(ann, attempts as never);
    expect(new Set(outcomes(before))).toEqual(new Set(['deferred']));
    clock.now += DAY;
    teach([
      ...CONTENT,
      { id: 'm', type: 'module', title: 'New', children: [READ, { ...QUIZ, ...exercise }] },
    ]);
    return { ...opened, before };
  };
  const pull = (learner: Learner, cursor: string | null, device = 'laptop-one') =>
    send(learner, [], { cursor, device });

  describe('answers that came in before the server knew their exercise', () => {
    test('are graded when it does, as of when they were handed in', async () => {
      const { ann, before, progress, catalogue } = await handedIn([handIn(1, 80)]);
      const answer = await pull(ann, before.cursor);
      const passed = {
        status: 'completed',
        completedBy: 'exercise',
        score: 80,
        completedAt: new Date(START).toISOString(),
      };
      expect(recordIn(answer, 'soon')).toMatchObject(passed);
      // As if it had been known: what passing completes is complete, and sums are right.
      expect(recordIn(answer, 'read')).toMatchObject({ status: 'completed' });
      expect(recordIn(answer, 'm')).toMatchObject({ status: 'completed', progressPercentage: 100 });
      expect((await ann.content({ contentId: 'soon' })).body).toMatchObject(passed);
      const kept = await progress.export(ann.id);
      expect(discrepancies(catalogue(), kept)).toEqual([]);
      expect(await progress.attempts(ann.id, 'soon')).toMatchObject([
        { id: 'a1', answers: [80], score: 80, passed: true, at: new Date(START).toISOString() },
      ]);
    });

    test('are graded once, however many devices ask, and at once', async () => {
      const { ann, before, progress } = await handedIn([handIn(1, 40), handIn(2, 90)]);
      const devices = ['laptop-one', 'phone-two', 'tablet-three'];
      await Promise.all(devices.map((device) => pull(ann, before.cursor, device)));
      await pull(ann, null);
      const { operations } = await progress.export(ann.id);
      const graded = operations.filter(
        ({ payload }) => (payload as { judgement: unknown }).judgement,
      );
      expect(graded.map(({ payload }) => (payload as { attempt: string }).attempt).sort()).toEqual([
        'a1',
        'a2',
      ]);
      expect(new Set(graded.map(({ deviceId }) => deviceId)).has('laptop-one')).toBe(false);
      expect(await progress.attempts(ann.id, 'soon')).toMatchObject([
        { id: expect.stringMatching(/a[12]/) as string },
        { id: expect.stringMatching(/a[12]/) as string },
      ]);
    });

    test('are graded before what is done next: whoever asks for changes first sees them', async () => {
      const { ann, before } = await handedIn([handIn(1, 80)]);
      const again = await send(ann, [handIn(1, 80), handIn(2, 10)], { cursor: before.cursor });
      expect(outcomes(again)).toEqual(['duplicate', 'applied']);
      expect(recordIn(again, 'soon')).toMatchObject({ score: 80, status: 'completed' });
    });

    test('are no more attempts than the exercise allows, the first that were made', async () => {
      const attempts = [handIn(1, 10), handIn(2, 20), handIn(3, 100)];
      const { ann, before } = await handedIn(attempts, { attempts: 2 });
      expect(recordIn(await pull(ann, before.cursor), 'soon')).toMatchObject({
        status: 'in-progress',
        score: 20,
      });
      expect(outcomes(await send(ann, [handIn(4, 100)]))).toEqual(['rejected no_attempts_left']);
      expect(recordIn(await pull(ann, null), 'soon')).toMatchObject({ score: 20 });
    });

    test('are no more than that of however many that came in, however often somebody asks', async () => {
      const { ann, clock, teach, progress } = await school();
      for (let first = 1; first < 1200; first += 200) {
        const seqs = Array.from({ length: 200 }, (_, n) => first + n);
        await send(
          ann,
          seqs.map((seq) => handIn(seq, 10, { at: START - DAY + seq })),
        );
      }
      clock.now += DAY;
      teach([...CONTENT, { ...QUIZ, attempts: 2 }]);
      for (let asked = 0; asked < 3; asked++) await pull(ann, null);
      const { operations } = await progress.export(ann.id);
      const judged = operations.flatMap(({ payload }) => {
        const { attempt, judgement } = payload as { attempt: string; judgement: unknown };
        return judgement ? [attempt] : [];
      });
      expect(judged.sort()).toEqual(['a1', 'a2']);
    });

    test('stay before a restart', async () => {
      const restart = op(2, 'restarted', { contentId: 'soon' });
      const { ann, before } = await handedIn([handIn(1, 100), restart, handIn(3, 50)]);
      const answer = await pull(ann, before.cursor);
      expect(recordIn(answer, 'soon')).toMatchObject({ status: 'in-progress', score: 50 });
    });

    test('prove nothing where a device gave itself the score', async () => {
      const claim = handIn(1, 100, { answers: undefined, score: 100 });
      const { ann, before } = await handedIn([claim]);
      const answer = await pull(ann, before.cursor);
      expect(recordIn(answer, 'soon')).toMatchObject({ status: 'in-progress', score: null });
    });

    test('wait as long as nobody grades the exercise', async () => {
      const { ann, before, teach } = await handedIn([handIn(1, 80)], { graded: false });
      const { cursor } = await pull(ann, before.cursor);
      expect((await ann.content({ contentId: 'soon' })).body).toMatchObject({
        status: 'in-progress',
        score: null,
      });
      teach([QUIZ]);
      expect(recordIn(await pull(ann, cursor), 'soon')).toMatchObject({ score: 80 });
    });
  });
});
