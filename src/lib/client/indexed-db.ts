import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import { openDB } from 'idb';
import type { Change, Operation } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import type { Attention } from './outbox.ts';

/** A learner's outbox without what is in it. */
export interface OutboxRow {
  learner: LearnerKey;
  /** The own device. */
  device: string;
  lastSeq: number;
  /** Stays as long as the outbox lives: another one under the same learner is not the same. */
  lineage: string;
  reservedFor: string | null;
}

/** Names an operation: (learner, device, seq). */
export type OperationKey = [LearnerKey, string, number];

/** What is in the database. */
export interface Schema extends DBSchema {
  /** Under `here` who is learning, under `lease` who may send. */
  device: {
    key: string;
    value: { learner: LearnerKey } | { holder: string; until: number };
  };
  outboxes: { key: LearnerKey; value: OutboxRow };
  operations: { key: OperationKey; value: Operation };
  /**
   * The keys of operations that were never sent, and may be joined with newer ones. An entry of its
   * own, so that sending needs no room on a full disk: it only deletes.
   */
  unsent: { key: OperationKey; value: true };
  attention: { key: OperationKey; value: Attention };
  rows: { key: [LearnerKey, string]; value: Change };
  cursors: { key: LearnerKey; value: string | null };
}

const STORES = [
  'device',
  'outboxes',
  'operations',
  'unsent',
  'attention',
  'rows',
  'cursors',
] as const;

type StoreName = (typeof STORES)[number];

/** Opens the database at first use, and again after somebody deleted it. */
export type Connection = () => Promise<IDBPDatabase<Schema>>;

/** One step that may change everything. */
export type Step = IDBPTransaction<Schema, StoreName[], 'readwrite'>;

/** One look at everything. */
export type Look = IDBPTransaction<Schema, StoreName[]>;

/** Does something in one transaction: all of it or nothing, and nothing of another tab in between. */
export async function step<T>(connection: Connection, work: (tx: Step) => Promise<T>): Promise<T> {
  const tx = await begin(connection, (database) =>
    // A mark outlives a power cut, not only the browser.
    database.transaction([...STORES], 'readwrite', { durability: 'strict' }),
  );
  return ended(tx, work);
}

/** Reads something as of one moment. */
export async function look<T>(connection: Connection, work: (tx: Look) => Promise<T>): Promise<T> {
  const tx = await begin(connection, (database) => database.transaction([...STORES], 'readonly'));
  return ended(tx, work);
}

async function begin<T>(
  connection: Connection,
  open: (database: IDBPDatabase<Schema>) => T,
): Promise<T> {
  try {
    return open(await connection());
  } catch {
    // It was closed in this very moment: the next one is another.
    return open(await connection());
  }
}

async function ended<Tx extends Step | Look, T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    // The transaction says the same once more; whoever asked hears it once.
    tx.done.catch(() => undefined);
    if (tx.error === null) abort(tx);
    throw tx.error ?? error;
  }
}

/** All keys that begin with a learner. */
export function all(learner: LearnerKey, device?: string): IDBKeyRange {
  // An array sorts after every string and number.
  return device === undefined
    ? IDBKeyRange.bound([learner], [learner, []])
    : IDBKeyRange.bound([learner, device], [learner, device, []]);
}

function abort(tx: Step | Look): void {
  try {
    tx.abort();
  } catch {
    // It had ended by itself.
  }
}

/** A connection to a database of this name; made when there is none. */
export function connectTo(name: string): Connection {
  let opened: Promise<IDBPDatabase<Schema>> | null = null;
  const open = () => {
    const forget = () => {
      opened = null;
    };
    const opening = openDB<Schema>(name, 1, {
      upgrade: (database) => {
        database.createObjectStore('outboxes', { keyPath: 'learner' });
        for (const store of STORES) if (store !== 'outboxes') database.createObjectStore(store);
      },
      // Somebody deletes it, or a newer page has another version of it: neither is held up.
      blocking: (_, __, event) => {
        (event.target as IDBDatabase).close();
        forget();
      },
      terminated: forget,
    });
    opening.catch(forget);
    return opening;
  };
  return () => (opened ??= open());
}
