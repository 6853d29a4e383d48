import type { Operation, SyncResult } from '../core/index.ts';
import { isLogged } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import type { Key, KeyValue, Reads, Writes } from './key-value.ts';
import type { Attention, Outbox } from './outbox.ts';
import { addUnsent, firstWithin, isJoined, renumber, StorageLost } from './outbox.ts';

/** An outbox without what is in it. */
export interface OutboxRow {
  /** The own device. */
  device: string;
  lastSeq: number;
  /** Stays as long as the outbox lives: another one under the same learner is not the same. */
  lineage: string;
  reservedFor: string | null;
}

/** Where things of a learner are. */
export const keys = {
  outbox: keysOf('outbox'),
  /** By device and seq. */
  operation: keysOf('operation'),
  /**
   * By device and seq: that an operation was never sent, and may be joined with newer ones. An entry
   * of its own, so that sending needs no room on a full disk: it only deletes.
   */
  unsent: keysOf('unsent'),
  /** By device and seq. */
  attention: keysOf('attention'),
  /** By content id. */
  row: keysOf('row'),
  cursor: keysOf('cursor'),
};

function keysOf(what: string) {
  return (learner: LearnerKey, ...name: (string | number)[]): Key => [what, learner, ...name];
}

/** All values under a prefix. */
export async function listed<T>(values: Reads, prefix: Key): Promise<T[]> {
  return (await values.list(prefix)).map(([, value]) => value as T);
}

/** A learner's operations: those of other devices first, each device's by rising number. */
export async function operationsOf(values: Reads, learner: LearnerKey): Promise<Operation[]> {
  const row = (await values.get(keys.outbox(learner))) as OutboxRow | undefined;
  const all = await listed<Operation>(values, keys.operation(learner));
  const isOwn = ({ device }: Operation) => Number(device === row?.device);
  return all.sort((a, b) => isOwn(a) - isOwn(b));
}

/** The row of a learner's outbox; made when there is none. */
export async function outboxRow(
  values: Writes,
  learner: LearnerKey,
  newId: () => string,
): Promise<{ row: OutboxRow; restored: boolean }> {
  const found = await values.get(keys.outbox(learner));
  if (found) return { row: found as OutboxRow, restored: true };
  const row = { device: newId(), lastSeq: 0, lineage: newId(), reservedFor: null };
  values.put(keys.outbox(learner), row);
  return { row, restored: false };
}

/** A learner's outbox among the values. */
export async function keptOutbox(
  kept: KeyValue,
  learner: LearnerKey,
  newId: () => string,
): Promise<Outbox> {
  const { row: first, restored } = await kept.write((values) => outboxRow(values, learner, newId));

  /** The row of this outbox, and not of one that took its place. */
  const rowIn = async (values: Reads) => {
    const row = (await values.get(keys.outbox(learner))) as OutboxRow | undefined;
    if (row?.lineage !== first.lineage) throw new StorageLost('The outbox is gone.');
    return row;
  };
  const read = <T>(step: (values: Reads, row: OutboxRow) => Promise<T>): Promise<T> =>
    kept.read(async (values) => step(values, await rowIn(values)));
  const write = <T>(step: (values: Writes, row: OutboxRow) => Promise<T>): Promise<T> =>
    kept.write(async (values) => step(values, await rowIn(values)));

  const putUnsent = (values: Writes, operation: Operation) => {
    values.put(keys.operation(learner, operation.device, operation.seq), operation);
    values.put(keys.unsent(learner, operation.device, operation.seq), true);
  };

  return {
    restored,
    identity: () => read(async (_, { device, lastSeq }) => ({ device, lastSeq })),
    unacknowledged: () => read((values) => operationsOf(values, learner)),
    attention: () => read((values) => listed<Attention>(values, keys.attention(learner))),

    add: (acts) =>
      kept.write(async (values) => {
        // Asked for at once: the page may be closed in the next moment.
        const [row, unsent] = await Promise.all([
          rowIn(values),
          acts.some(isJoined) ? unsentOf(values, learner) : NOTHING,
        ]);
        const added = addUnsent(unsent, acts, row);
        for (const operation of added) putUnsent(values, operation);
        const lastSeq = Math.max(row.lastSeq, ...added.map(({ seq }) => seq));
        values.put(keys.outbox(learner), { ...row, lastSeq });
        return added;
      }),

    take: (limits) =>
      write(async (values) => {
        const batch = firstWithin(await operationsOf(values, learner), limits);
        for (const { device, seq } of batch) values.delete(keys.unsent(learner, device, seq));
        return batch;
      }),

    acknowledge: (device, results) =>
      write(async (values) => {
        for (const result of results) {
          const { seq, status, code = status } = result;
          const key = keys.operation(learner, device, seq);
          const operation = (await values.get(key)) as Operation | undefined;
          if (operation && isTold(result, operation)) {
            values.put(keys.attention(learner, device, seq), { operation, code });
          }
          values.delete(key);
          values.delete(keys.unsent(learner, device, seq));
        }
      }),

    collides: (lastSeq) =>
      read(async (values, { device }) => {
        const unsent = await values.list(keys.unsent(learner, device));
        return unsent.some(([key]) => (key.at(-1) as number) <= lastSeq);
      }),

    renew: (renewal) =>
      write(async (values, row) => {
        const own = keys.operation(learner, row.device);
        const renumbered = renumber(await listed<Operation>(values, own), renewal);
        values.clear(own);
        values.clear(keys.unsent(learner, row.device));
        // Under the new name nothing was sent yet.
        for (const operation of renumbered) putUnsent(values, operation);
        const named = { device: renewal.device, lastSeq: renumbered.length };
        values.put(keys.outbox(learner), { ...row, ...named });
      }),

    dismiss: ({ device, seq }) =>
      write(async (values) => values.delete(keys.attention(learner, device, seq))),
  };
}

/** Says whether the learner is told: of what was refused, and of a mark that came too late to count. */
function isTold({ status, code }: SyncResult, { kind }: Operation): boolean {
  return status === 'rejected' || (code === 'before_restart' && isLogged(kind));
}

const NOTHING = Promise.resolve<Operation[]>([]);

/** The operations that were never sent: of the own device alone. */
async function unsentOf(values: Reads, learner: LearnerKey): Promise<Operation[]> {
  const [entries, all] = await Promise.all([
    values.list(keys.unsent(learner)),
    listed<Operation>(values, keys.operation(learner)),
  ]);
  const names = new Set(entries.map(([[, , ...name]]) => name.join(' ')));
  return all.filter(({ device, seq }) => names.has(`${device} ${seq}`));
}
