import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import type { Database } from '../../src/lib/server/database.ts';
import { createProgressServer } from '../../src/lib/server/progress.ts';
import { discrepancies } from '../../src/lib/server/audit.testing.ts';
import { school } from './school.ts';

/** A process that serves the endpoints. */
export interface Engine {
  /** Completes a lesson through an update; says the status, or null when no answer came. */
  update(learner: string, contentId: string): Promise<number | null>;
  /** Sends operations; says their results' statuses, or null when no answer came. */
  sync(learner: string, body: { device: string; operations: object[] }): Promise<string[] | null>;
  /** Ends it at once, and waits until it is gone. */
  kill(): Promise<void>;
  /** What it complained of. */
  complaints(): string;
}

/** Starts an engine on a database and waits until it listens. */
export async function startEngine(address: string): Promise<Engine> {
  const program = join(import.meta.dirname, 'engine.ts');
  const child = spawn(process.execPath, [program, address], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [origin] = (await Promise.race([
    once(lines, 'line'),
    gone.then(() => Promise.reject(new Error(`The engine ended: ${complaints}`))),
  ])) as [string];

  async function post(path: string, learner: string, body: object) {
    try {
      const answer = await fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { 'x-learner': learner },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as unknown };
    } catch {
      return null;
    }
  }

  return {
    complaints: () => complaints,
    update: async (learner, contentId) => {
      const body = { contentId, contentType: 'lesson', status: 'completed' };
      return (await post('/update', learner, body))?.status ?? null;
    },
    sync: async (learner, { device, operations }) => {
      const head = {
        v: 1,
        device,
        asUser: learner,
        now: Date.now(),
        cursor: null,
        catalogue: null,
      };
      const answer = await post('/sync', learner, { ...head, operations });
      if (answer?.status !== 200) return null;
      const { results } = answer.body as { results: { status: string }[] };
      return results.map(({ status }) => status);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Makes the users table with some learners. */
export async function enrolAll(database: Database, learners: readonly string[]): Promise<void> {
  const { kysely } = database;
  await sql`create table users (id text primary key)`.execute(kysely);
  for (const id of learners) await sql`insert into users (id) values (${id})`.execute(kysely);
}

/** What is kept of a learner: the completed lessons, and whatever does not agree with the rest. */
export async function inspect(database: Database, learner: string) {
  const progress = createProgressServer({ catalogue: school, database, identify: () => null });
  const kept = await progress.export(learner);
  const completed = kept.progress.filter(({ status }) => status === 'completed');
  return {
    completed: new Set(completed.map(({ contentId }) => contentId)),
    logged: new Set(kept.operations.map(({ deviceId, seq }) => `${deviceId} ${seq}`)),
    revision: kept.learner?.revision ?? 0,
    wrong: discrepancies(school, kept),
  };
}
