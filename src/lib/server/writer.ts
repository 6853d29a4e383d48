import type { Catalogue } from '../core/index.ts';
import type { Database } from './database.ts';
import { isUnavailable } from './database.ts';
import type { Queries } from './queries.ts';
import type { WriteRequest } from './transaction.ts';
import { writeGroup } from './write.ts';

/** What the writer needs from around it; the clock and the ids are injected. */
export interface WriterOptions {
  database: Database;
  queries: Queries;
  catalogue: () => Promise<Catalogue>;
  now: () => number;
  newId: () => string;
  /** Most requests that may wait; more are refused. */
  capacity: number;
}

/** Writes requests durably, those that wait together in one transaction. */
export interface Writer {
  /**
   * Resolves with the request's answer once it has survived a power cut.
   *
   * @throws QueueFull when too many wait; what the request's own part of the transaction threw.
   */
  write<T>(request: WriteRequest<T>): Promise<T>;
  /** Resolves when all that was waiting has been written. */
  drain(): Promise<void>;
}

/** Too many requests wait to be written. */
export class QueueFull extends Error {
  override name = 'QueueFull';
}

/** Largest group, so that one transaction stays short. */
const MAX_GROUP = 500;

interface Waiting {
  request: WriteRequest<unknown>;
  resolve: (answer: never) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes a writer. While one transaction is under way, requests gather for the next; a lone request
 * waits for nobody. One bad request never fails its neighbours: a group that fails is halved until
 * the bad one stands alone.
 */
export function createWriter(options: WriterOptions): Writer {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    // Whatever this turn of the event loop still brings in shares the transaction.
    await new Promise(setImmediate);
    while (waiting.length > 0) await writeTogether(options, waiting.splice(0, MAX_GROUP));
    running = null;
  }

  return {
    write: (request) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= options.capacity) {
          reject(new QueueFull('Too many requests wait to be written.'));
          return;
        }
        waiting.push({ request, resolve, reject });
        running ??= run();
      }),
    drain: async () => {
      while (running) await running;
    },
  };
}

async function writeTogether(options: WriterOptions, group: readonly Waiting[]): Promise<void> {
  const { database, queries, newId } = options;
  try {
    const catalogue = await options.catalogue();
    const context = { queries, catalogue, now: options.now(), newId };
    const requests = group.map(({ request }) => request);
    const answers = await database.write(() => writeGroup(context, requests));
    group.forEach(({ resolve }, index) => resolve(answers[index] as never));
  } catch (error) {
    if (group.length === 1 || isUnavailable(error)) {
      for (const { reject } of group) reject(error);
      return;
    }
    const middle = Math.ceil(group.length / 2);
    await writeTogether(options, group.slice(0, middle));
    await writeTogether(options, group.slice(middle));
  }
}
