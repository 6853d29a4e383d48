import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import type { Database } from '../../src/lib/server/database.ts';
import { withSharedDatabases } from '../support/databases.ts';
import type { DatabaseKind } from '../support/databases.ts';
import type { Engine, SyncBody } from './engines.ts';
import { completion, enrolAll, inspect, readAndDone, startEngine } from './engines.ts';
import { lessons } from './school.ts';

const KILLS = 26;
const DATABASE_KILLS = 4;
/**
 * So many that none of them comes near the limit of requests, however fast the machine, and a prime
 * number, so that each of them sends updates and syncs about every lesson.
 */
const LEARNERS = Array.from({ length: 23 }, (_, n) => `learner-${n}`);
const AT_ONCE = 24;

/** What the learners were told is kept, and what was on its way when something died. */
interface Told {
  lessons: Map<string, Set<string>>;
  operations: Map<string, Set<string>>;
  /** Syncs that got no good answer, to be sent again. */
  unanswered: { learner: string; body: SyncBody }[];
  cutOff: number;
  sent: number;
}

const suite = ({ dialect, create }: DatabaseKind) => {
  async function begin() {
    const place = await create();
    const database = place.connect();
    await enrolAll(database, LEARNERS);
    const perLearner = () => new Map(LEARNERS.map((learner) => [learner, new Set<string>()]));
    const told: Told = {
      lessons: perLearner(),
      operations: perLearner(),
      unanswered: [],
      cutOff: 0,
      sent: 0,
    };
    return { place, database, told };
  }

  test(`${KILLS} times kill -9 under load loses nothing acknowledged and leaves nothing half`, async () => {
    const { place, database, told } = await begin();
    for (let kill = 0; kill < KILLS; kill++) {
      const engine = await startEngine(place.address);
      await sendAgain(engine, told);
      const load = Array.from({ length: AT_ONCE }, () => work(engine, told));
      // A random moment: before the first answer, in the middle of a transaction, between two.
      await pause(Math.random() * 60);
      const before = told.cutOff;
      await engine.kill();
      await Promise.all(load);
      expect(told.cutOff, 'requests that the kill cut off').toBeGreaterThan(before);
      expect(engine.complaints()).toBe('');
      await expectKept(database, told);
    }
    expect(acknowledged(told)).toBeGreaterThan(KILLS);
  }, 240_000);

  if (dialect === 'sqlite') return;

  test(`${DATABASE_KILLS} times kill -9 of PostgreSQL under load loses nothing, and the engine goes on alone`, async () => {
    const { place, database, told } = await begin();
    const engine = await startEngine(place.address);
    for (let kill = 0; kill < DATABASE_KILLS; kill++) {
      const over = new AbortController();
      const load = Array.from({ length: AT_ONCE }, () => work(engine, told, over.signal));
      await pause(50 + Math.random() * 50);
      await killBackend(database);
      // A fast PostgreSQL is back before some of them need it again: nothing cuts those off.
      over.abort();
      await Promise.all(load);
      await vi.waitFor(() => sendAgain(engine, told), { timeout: 60_000, interval: 200 });
      await expectKept(database, told);
    }
    expect(told.cutOff, 'requests that the kills cut off').toBeGreaterThan(DATABASE_KILLS);
    expect(acknowledged(told)).toBeGreaterThan(DATABASE_KILLS);
    await engine.kill();
  }, 240_000);
};
withSharedDatabases(suite, { own: true });

/**
 * Sends one request after another until one gets no answer or is told to come back later, or until
 * it is asked to end.
 */
async function work(engine: Engine, told: Told, end?: AbortSignal): Promise<void> {
  while (!end?.aborted) {
    const n = told.sent++;
    const learner = LEARNERS[n % LEARNERS.length]!;
    const lesson = lessons[(n * 7) % lessons.length]!;
    // Every sync comes from a device of its own, so that none waits for another's number.
    const body = n % 3 === 0 ? readAndDone(`device-${n}`, lesson) : null;
    const answer = body
      ? await engine.sync(learner, body)
      : await engine.update(learner, completion(lesson));
    if (answer === null || answer.status === 503) {
      told.cutOff++;
      if (body) told.unanswered.push({ learner, body });
      return;
    }
    expect(answer.status).toBe(200);
    told.lessons.get(learner)!.add(lesson);
    if (body) told.operations.get(learner)!.add(`${body.device} 2`);
  }
}

/** Sends what got no answer once more: it is taken in now, or was already. */
async function sendAgain(engine: Engine, told: Told): Promise<void> {
  for (let next = told.unanswered[0]; next; next = told.unanswered[0]) {
    const { learner, body } = next;
    const answer = await engine.sync(learner, body);
    expect(answer?.status).toBe(200);
    const statuses = answer!.body.results.map(({ status }) => status);
    expect([
      ['applied', 'applied'],
      ['duplicate', 'duplicate'],
    ]).toContainEqual(statuses);
    told.operations.get(learner)!.add(`${body.device} 2`);
    told.unanswered.shift();
  }
}

/** All that was acknowledged is there, and all that is there agrees. */
async function expectKept(database: Database, told: Told): Promise<void> {
  for (const learner of LEARNERS) {
    const { completed, logged, wrong } = await inspect(database, learner);
    expect(wrong).toEqual([]);
    expect([...told.lessons.get(learner)!].filter((lesson) => !completed.has(lesson))).toEqual([]);
    const operations = [...told.operations.get(learner)!];
    expect(operations.filter((operation) => !logged.has(operation))).toEqual([]);
  }
}

function acknowledged({ lessons: ticked, operations }: Told): number {
  const sets = [...ticked.values(), ...operations.values()];
  return sets.reduce((sum, set) => sum + set.size, 0);
}

/**
 * Kills a process of the database server that is at work for the engine. PostgreSQL then ends all
 * others at once and recovers as from a crash. One that is not ours is asked to end one connection.
 */
async function killBackend({ kysely }: Database): Promise<void> {
  const isOurs = process.env['TEST_DATABASE_URL'] === undefined;
  for (;;) {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
      limit 1`.execute(kysely);
    const [busy] = rows;
    if (!busy) continue;
    if (isOurs) process.kill(busy.pid, 'SIGKILL');
    else await sql`select pg_terminate_backend(${busy.pid})`.execute(kysely);
    return;
  }
}
