import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DatabaseKind } from '../support/databases.ts';
import { withDatabases } from '../support/databases.ts';
import type { Engine } from './engines.ts';
import { enrolAll, inspect, startEngine } from './engines.ts';
import { lessons } from './school.ts';

const KILLS = 26;
const LEARNERS = ['ann', 'bob', 'cem', 'dia'];
const AT_ONCE = 24;

/** What the learners were told is kept, and what was on its way when the engine died. */
interface Acknowledged {
  lessons: Map<string, Set<string>>;
  operations: Map<string, Set<string>>;
  cutOff: number;
  firstAnswer: PromiseWithResolvers<void>;
}

const suite = ({ create }: DatabaseKind) => {
  test(`${KILLS} times kill -9 under load loses nothing acknowledged and leaves nothing half`, async () => {
    const place = await create();
    const database = place.connect();
    await enrolAll(database, LEARNERS);
    const told: Acknowledged = {
      lessons: perLearner(),
      operations: perLearner(),
      cutOff: 0,
      firstAnswer: Promise.withResolvers(),
    };
    let next = 0;

    for (let kill = 0; kill < KILLS; kill++) {
      const engine = await startEngine(place.address);
      told.firstAnswer = Promise.withResolvers();
      const load = Array.from({ length: AT_ONCE }, () => work(engine, told, () => next++));
      await told.firstAnswer.promise;
      // A random moment: in the middle of a transaction, before an answer, between two.
      await pause(Math.random() * 60);
      const before = told.cutOff;
      await engine.kill();
      await Promise.all(load);
      expect(told.cutOff, 'requests that the kill cut off').toBeGreaterThan(before);
      expect(engine.complaints()).toBe('');
    }

    let acknowledged = 0;
    for (const learner of LEARNERS) {
      const { completed, logged, wrong } = await inspect(database, learner);
      expect(wrong).toEqual([]);
      for (const lesson of told.lessons.get(learner)!) expect(completed).toContain(lesson);
      for (const operation of told.operations.get(learner)!) expect(logged).toContain(operation);
      acknowledged += told.lessons.get(learner)!.size + told.operations.get(learner)!.size;
    }
    expect(acknowledged).toBeGreaterThan(KILLS);
  }, 240_000);
};
withDatabases(suite, { shared: true });

/** Sends one request after another until one gets no answer. */
async function work(engine: Engine, told: Acknowledged, next: () => number): Promise<void> {
  for (;;) {
    const n = next();
    const learner = LEARNERS[n % LEARNERS.length]!;
    const lesson = lessons[(n * 7) % lessons.length]!;
    const kept =
      n % 3 === 0
        ? await syncOne(engine, { learner, lesson, n })
        : await update(engine, learner, lesson);
    if (kept === null) {
      told.cutOff += 1;
      return;
    }
    told.firstAnswer.resolve();
    told.lessons.get(learner)!.add(lesson);
    if (kept) told.operations.get(learner)!.add(kept);
  }
}

async function update(engine: Engine, learner: string, lesson: string): Promise<string | null> {
  const status = await engine.update(learner, lesson);
  if (status === null) return null;
  expect(status).toBe(200);
  return '';
}

/** Every sync comes from a device of its own, so that none waits for another's number. */
async function syncOne(
  engine: Engine,
  { learner, lesson, n }: { learner: string; lesson: string; n: number },
): Promise<string | null> {
  const device = `device-${n}`;
  const operations = [
    { seq: 1, at: Date.now(), contentId: lesson, kind: 'opened' },
    { seq: 2, at: Date.now(), contentId: lesson, kind: 'completed', by: 'button' },
  ];
  const statuses = await engine.sync(learner, { device, operations });
  if (statuses === null) return null;
  expect(statuses).toEqual(['applied', 'applied']);
  return `${device} 2`;
}

function perLearner(): Map<string, Set<string>> {
  return new Map(LEARNERS.map((learner) => [learner, new Set<string>()]));
}
