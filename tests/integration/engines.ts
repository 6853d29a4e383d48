import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { discrepancies } from '../../src/lib/server/audit.testing.ts';
import type { Database } from '../../src/lib/server/database.ts';
import { createProgressServer } from '../../src/lib/server/progress.ts';
import { school } from './school.ts';

/** A process that serves the endpoints. */
export interface Engine {
  /** Sends an update; null when no answer came. */
  update(learner: string, body: object): Promise<Answer<{ revision: number }> | null>;
  /** Sends a sync; null when no answer came. */
  sync(learner: string, body: SyncBody): Promise<Answer<SyncAnswer> | null>;
  /** Ends it at once, and waits until it is gone. */
  kill(): Promise<void>;
  /** What it complained of, but that it got no lock or connection in time: that is a busy machine's. */
  complaints(): string;
}

/** What an engine answered; of a refusal, the body says why. */
export interface Answer<T> {
  status: number;
  body: T;
}

/** What a device sends. */
export interface SyncBody {
  device: string;
  cursor?: string | null;
  operations: object[];
}

/** What a device is answered, as far as these tests look. */
export interface SyncAnswer {
  results: { status: string }[];
  changes: { record: { contentId: string; revision: number; completed?: number } }[];
  cursor: string;
  more: boolean;
}

const BUSY = /^.*(?:lock timeout|database is locked|gives no connection).*\n/gm;

/** Starts an engine on a database and waits until it listens; it ends with its test at the latest. */
export async function startEngine(address: string, mode = 'locked'): Promise<Engine> {
  const program = join(import.meta.dirname, 'engine.ts');
  const child = spawn(process.execPath, [program, address, mode], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const gone = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [origin] = (await Promise.race([
    once(lines, 'line'),
    gone.then(() => Promise.reject(new Error(`The engine ended: ${complaints}`))),
  ])) as [string];

  async function post<T>(path: string, learner: string, body: object): Promise<Answer<T> | null> {
    try {
      const answer = await fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { 'x-learner': learner },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as T };
    } catch {
      return null;
    }
  }

  return {
    complaints: () => complaints.replaceAll(BUSY, ''),
    update: (learner, body) => post('/update', learner, body),
    sync: (learner, body) => {
      const now = Date.now();
      const head = { v: 1, asUser: learner, now, cursor: null, catalogue: null };
      return post('/sync', learner, { ...head, ...body });
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** The body of an update that completes a lesson. */
export function completion(contentId: string) {
  return { contentId, contentType: 'lesson', status: 'completed' };
}

/** What a device sends that has read a lesson and ticked it off. */
export function readAndDone(device: string, contentId: string): SyncBody {
  const at = Date.now();
  return {
    device,
    operations: [
      { seq: 1, at, contentId, kind: 'opened' },
      { seq: 2, at, contentId, kind: 'completed', by: 'button' },
    ],
  };
}

/** Makes the users table with some learners. */
export async function enrolAll(database: Database, learners: readonly string[]): Promise<void> {
  const { kysely } = database;
  await sql`create table users (id text primary key)`.execute(kysely);
  for (const id of learners) await sql`insert into users (id) values (${id})`.execute(kysely);
}

/** What is kept of a learner, and whatever of it does not agree with the rest. */
export async function inspect(database: Database, learner: string) {
  const progress = createProgressServer({ catalogue: school, database, identify: () => null });
  const kept = await progress.export(learner);
  const completed = kept.progress.filter(({ status }) => status === 'completed');
  return {
    completed: new Set(completed.map(({ contentId }) => contentId)),
    logged: new Set(kept.operations.map(({ deviceId, seq }) => `${deviceId} ${seq}`)),
    revisions: new Map(kept.progress.map(({ contentId, revision }) => [contentId, revision])),
    revision: kept.learner?.revision ?? 0,
    wrong: discrepancies(school, kept),
  };
}
