import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import type { Database } from '../../src/lib/server/database.ts';
import type { DatabaseKind } from '../support/databases.ts';
import { withSharedDatabases } from '../support/databases.ts';
import type { Engine } from './engines.ts';
import { completion, enrolAll, inspect, readAndDone, startEngine } from './engines.ts';
import { lessons } from './school.ts';

const LEARNERS = ['ann', 'bob', 'cem', 'dia', 'eve'];
const SOME = lessons.slice(0, 40);
const ENGINE = 'cairn-engine';
const OK = LEARNERS.map(() => 200);

const suite = ({ dialect, create }: DatabaseKind) => {
  async function begin(mode?: string) {
    const { address, connect } = await create();
    const database = connect();
    await enrolAll(database, LEARNERS);
    const own = dialect === 'postgres' ? named(address) : address;
    const [one, other] = await Promise.all([startEngine(own, mode), startEngine(own, mode)]);
    return { database, one: patient(one), other: patient(other) };
  }

  describe('two processes on one database', () => {
    test('write siblings and the same lesson, and nothing is lost or stuck', async () => {
      const { database, one, other } = await begin();
      // Each lesson for each learner from both, in opposite orders: siblings, the same lesson, and
      // groups of learners that meet.
      const marks = SOME.flatMap((lesson) => LEARNERS.map((learner) => ({ learner, lesson })));
      const [updated, synced] = await Promise.all([
        Promise.all(
          marks.map(({ learner, lesson }) =>
            one.update(learner, { ...completion(lesson), data: 'what only an update saves' }),
          ),
        ),
        Promise.all(
          marks
            .toReversed()
            .map(({ learner, lesson }) =>
              other.sync(learner, readAndDone(`from-${lesson}`, lesson)),
            ),
        ),
      ]);
      expect([...updated, ...synced].filter((answer) => answer?.status !== 200)).toEqual([]);
      expect(one.complaints() + other.complaints()).toBe('');
      const results = synced.flatMap((answer) => answer!.body.results);
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['applied']));

      for (const [i, learner] of LEARNERS.entries()) {
        const { completed, logged, revision, wrong } = await inspect(database, learner);
        expect(wrong).toEqual([]);
        expect(SOME.filter((lesson) => !completed.has(lesson))).toEqual([]);
        expect(SOME.filter((lesson) => !logged.has(`from-${lesson} 2`))).toEqual([]);
        // Every request changed something: no revision comes twice, and none is left out.
        const answered = updated.filter((_, n) => n % LEARNERS.length === i);
        const revisions = answered.map((answer) => answer!.body.revision);
        expect(new Set(revisions).size).toBe(SOME.length);
        expect(revision).toBe(2 * SOME.length);
      }
      await Promise.all([one.kill(), other.kill()]);
      if (dialect === 'postgres') await expectNoDeadlock(database);
    });

    test('complete and restart whole modules among single lessons, and sums stay right', async () => {
      const { database, one, other } = await begin();
      const module = (n: number, status: string) => ({
        contentId: `module-${n % 4}`,
        contentType: 'module',
        status,
      });
      const answers = await Promise.all(
        LEARNERS.flatMap((learner, i) =>
          SOME.flatMap((lesson, n) => [
            one.update(learner, completion(lesson)),
            ...(n % 5 === 0 ? [other.update(learner, module(n / 5, 'completed'))] : []),
            ...(n % 7 === 0 ? [one.update(learner, module(i + n, 'not-started'))] : []),
            other.sync(learner, readAndDone(`from-${lesson}`, SOME.at(-n)!)),
          ]),
        ),
      );
      expect(answers.filter((answer) => answer?.status !== 200)).toEqual([]);
      for (const learner of LEARNERS) {
        expect((await inspect(database, learner)).wrong).toEqual([]);
      }
      await Promise.all([one.kill(), other.kill()]);
      if (dialect === 'postgres') await expectNoDeadlock(database);
    });

    test('a cursor misses nothing that is committed late', async () => {
      const { database, one, other } = await begin();
      const seen = new Map<string, number>();
      const state = { cursor: null as string | null, isOver: false };
      const follow = async () => {
        while (!state.isOver) await readOn(one, seen, state);
      };
      const marks = lessons.map((lesson, n) =>
        (n % 2 === 0 ? one : other).update('ann', completion(lesson)),
      );
      const written = Promise.all(marks).then(() => (state.isOver = true));
      await Promise.all([follow(), written]);
      while (await readOn(other, seen, state));

      const { revisions, revision } = await inspect(database, 'ann');
      expect(revision).toBe(lessons.length);
      expect(new Map([...seen].sort())).toEqual(new Map([...revisions].sort()));
      await Promise.all([one.kill(), other.kill()]);
    });
  });

  // SQLite has one lock, the whole file, which a transaction takes when it begins.
  if (dialect === 'sqlite') return;

  test('without the lock on learners they lose marks or sums, and with it they do not', async () => {
    expect(await wrongAfterWaves('locked')).toEqual([]);
    // On a busy machine they may take turns by chance, but not time after time.
    const waves = () => wrongAfterWaves('unlocked');
    await expect.poll(waves, { timeout: 90_000 }).not.toEqual([]);
  });

  /** Both mark siblings in small transactions, one after the other, each for all learners. */
  async function wrongAfterWaves(mode: string): Promise<string[]> {
    const { database, one, other } = await begin(mode);
    const waves = async (engine: Engine, from: number) => {
      for (let n = from; n < SOME.length; n += 2) {
        const body = readAndDone(`device-${n}`, SOME[n]!);
        const answers = await Promise.all(LEARNERS.map((learner) => engine.sync(learner, body)));
        if (mode === 'locked') expect(answers.map((answer) => answer?.status)).toEqual(OK);
      }
    };
    await Promise.all([waves(one, 0), waves(other, 1)]);
    const found = await Promise.all(LEARNERS.map((learner) => inspect(database, learner)));
    await Promise.all([one.kill(), other.kill()]);
    return found.flatMap(({ wrong }) => wrong);
  }
};
withSharedDatabases(suite);

/** Sends again, as every client does, what a busy machine had no time for: who waits 5 s for a lock is told to. */
function patient(engine: Engine): Engine {
  async function untilTaken<A extends { status: number } | null>(send: () => Promise<A>) {
    for (;;) {
      const answer = await send();
      if (answer?.status !== 503) return answer;
    }
  }
  return {
    ...engine,
    update: (learner, body) => untilTaken(() => engine.update(learner, body)),
    sync: (learner, body) => untilTaken(() => engine.sync(learner, body)),
  };
}

/** Takes in one page of ann's changes; says whether there was anything in it. */
async function readOn(
  engine: Engine,
  seen: Map<string, number>,
  state: { cursor: string | null },
): Promise<boolean> {
  const body = { device: 'telephone', cursor: state.cursor, operations: [] };
  const answer = await engine.sync('ann', body);
  // Who asks too often is told to wait, as every device is.
  if (answer?.status === 429) return true;
  expect(answer?.status).toBe(200);
  const { changes, cursor } = answer!.body;
  for (const { record } of changes) seen.set(record.contentId, record.revision);
  state.cursor = cursor;
  return changes.length > 0;
}

/** Waits until the engines' connections are gone: what they counted is known then at the latest. */
async function expectNoDeadlock({ kysely }: Database): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await sql`
      select from pg_stat_activity where application_name = ${ENGINE}`.execute(kysely);
    expect(rows).toEqual([]);
  }, 30_000);
  const { rows } = await sql<{ deadlocks: string }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(kysely);
  expect(Number(rows[0]!.deadlocks)).toBe(0);
}

function named(address: string): string {
  const url = new URL(address);
  url.searchParams.set('application_name', ENGINE);
  return url.href;
}
