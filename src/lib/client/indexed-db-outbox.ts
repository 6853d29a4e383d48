import type { Operation } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import type { Connection, Look, OperationKey, OutboxRow, Step } from './indexed-db.ts';
import { all, look, step } from './indexed-db.ts';
import type { Outbox } from './outbox.ts';
import { addUnsent, firstWithin, isJoined, renumber, StorageLost } from './outbox.ts';

/** The row of an outbox that nothing was put into yet. */
export function newOutbox(learner: LearnerKey, newId: () => string): OutboxRow {
  return { learner, device: newId(), lastSeq: 0, lineage: newId(), reservedFor: null };
}

/** A learner's outbox in IndexedDB; made when there is none. */
export async function indexedDbOutbox(
  learner: LearnerKey,
  { connection, newId }: { connection: Connection; newId: () => string },
): Promise<Outbox> {
  const { row: first, restored } = await step(connection, async (tx) => {
    const found = await tx.objectStore('outboxes').get(learner);
    if (found) return { row: found, restored: true };
    const made = newOutbox(learner, newId);
    await tx.objectStore('outboxes').put(made);
    return { row: made, restored: false };
  });

  /** The row of this outbox, and not of one that took its place. */
  const rowIn = async (tx: Step | Look) => {
    const row = await tx.objectStore('outboxes').get(learner);
    if (row?.lineage !== first.lineage) throw new StorageLost('The outbox is gone.');
    return row;
  };
  const read = <T>(work: (tx: Look, row: OutboxRow) => Promise<T>): Promise<T> =>
    look(connection, async (tx) => work(tx, await rowIn(tx)));
  const change = <T>(work: (tx: Step, row: OutboxRow) => Promise<T>): Promise<T> =>
    step(connection, async (tx) => work(tx, await rowIn(tx)));

  return {
    restored,
    identity: () => read(async (_, { device, lastSeq }) => ({ device, lastSeq })),
    unacknowledged: () => read(operationsOf),
    attention: () => read((tx) => tx.objectStore('attention').getAll(all(learner))),

    add: (acts) =>
      change(async (tx, row) => {
        const unsent = acts.some(isJoined) ? await unsentOf(tx, row) : [];
        const kept = addUnsent(unsent, acts, row);
        for (const operation of kept) await putUnsent(tx, learner, operation);
        const lastSeq = Math.max(row.lastSeq, ...kept.map(({ seq }) => seq));
        await tx.objectStore('outboxes').put({ ...row, lastSeq });
        return kept;
      }),

    take: (limits) =>
      change(async (tx, row) => {
        const batch = firstWithin(await operationsOf(tx, row), limits);
        for (const operation of batch) {
          await tx.objectStore('unsent').delete(keyOf(learner, operation));
        }
        return batch;
      }),

    acknowledge: (device, results) =>
      change(async (tx) => {
        const operations = tx.objectStore('operations');
        for (const { seq, status, code = status } of results) {
          const key: OperationKey = [learner, device, seq];
          const operation = await operations.get(key);
          if (operation && status === 'rejected') {
            await tx.objectStore('attention').put({ operation, code }, key);
          }
          await operations.delete(key);
          await tx.objectStore('unsent').delete(key);
        }
      }),

    renew: (renewal) =>
      change(async (tx, row) => {
        const operations = tx.objectStore('operations');
        const own = await operations.getAll(all(learner, row.device));
        const renumbered = renumber(own, renewal);
        await operations.delete(all(learner, row.device));
        await tx.objectStore('unsent').delete(all(learner, row.device));
        // Under the new name nothing was sent yet.
        for (const operation of renumbered) await putUnsent(tx, learner, operation);
        const lastSeq = renumbered.length;
        await tx.objectStore('outboxes').put({ ...row, device: renewal.device, lastSeq });
      }),

    dismiss: (operation) =>
      change((tx) => tx.objectStore('attention').delete(keyOf(learner, operation))),
  };
}

/** All operations: those of other devices first, each device's by rising number. */
async function operationsOf(
  tx: Step | Look,
  { learner, device: own }: OutboxRow,
): Promise<Operation[]> {
  const operations = await tx.objectStore('operations').getAll(all(learner));
  const [others, mine] = [false, true].map((isOwn) =>
    operations.filter(({ device }) => (device === own) === isOwn),
  ) as [Operation[], Operation[]];
  return [...others, ...mine];
}

/** The own operations that were never sent. */
async function unsentOf(tx: Step, { learner, device }: OutboxRow): Promise<Operation[]> {
  const own = all(learner, device);
  const seqs = (await tx.objectStore('unsent').getAllKeys(own)).map(([, , seq]) => seq);
  const isUnsent = new Set(seqs);
  const operations = await tx.objectStore('operations').getAll(own);
  return operations.filter(({ seq }) => isUnsent.has(seq));
}

async function putUnsent(tx: Step, learner: LearnerKey, operation: Operation): Promise<void> {
  const key = keyOf(learner, operation);
  await tx.objectStore('operations').put(operation, key);
  await tx.objectStore('unsent').put(true, key);
}

function keyOf(learner: LearnerKey, { device, seq }: Operation): OperationKey {
  return [learner, device, seq];
}
