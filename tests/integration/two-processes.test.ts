import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { DatabaseKind } from '../support/databases.ts';
import { withDatabases } from '../support/databases.ts';
import type { Engine } from './engines.ts';
import { enrolAll, inspect, startEngine } from './engines.ts';
import { lessons } from './school.ts';

const LEARNERS = ['ann', 'bob', 'cem'];

const suite = ({ dialect, create }: DatabaseKind) => {
  test('two processes write siblings and the same lesson, and nothing is lost or stuck', async () => {
    const place = await create();
    const database = place.connect();
    await enrolAll(database, LEARNERS);
    const [one, other] = [await startEngine(place.address), await startEngine(place.address)];

    // Each lesson for each learner from both, in opposite orders: siblings, the same lesson, and
    // groups of learners that meet.
    const forwards = lessons.flatMap((lesson) => LEARNERS.map((learner) => ({ learner, lesson })));
    const answers = await Promise.all([
      ...send(one, forwards),
      ...send(other, [...forwards].reverse()),
    ]);
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    expect(one.complaints() + other.complaints()).toBe('');

    for (const learner of LEARNERS) {
      const { completed, revision, wrong } = await inspect(database, learner);
      expect(wrong).toEqual([]);
      expect([...lessons].filter((lesson) => !completed.has(lesson))).toEqual([]);
      expect(completed).toContain('theme');
      // Two updates of each lesson, each of which changed at least the last visit or nothing.
      expect(revision).toBeGreaterThanOrEqual(lessons.length);
      expect(revision).toBeLessThanOrEqual(2 * lessons.length);
    }
    if (dialect === 'postgres') {
      const { rows } = await sql<{ deadlocks: string }>`
        select deadlocks from pg_stat_database where datname = current_database()`.execute(
        database.kysely,
      );
      expect(Number(rows[0]!.deadlocks)).toBe(0);
    }
    await Promise.all([one.kill(), other.kill()]);
  }, 120_000);
};
withDatabases(suite, { shared: true });

function send(engine: Engine, marks: readonly { learner: string; lesson: string }[]) {
  return marks.map(({ learner, lesson }) => engine.update(learner, lesson));
}
