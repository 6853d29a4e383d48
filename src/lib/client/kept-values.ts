import type { Operation } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import type { Key, Reads, Writes } from './key-value.ts';
import type { TimedAct } from './outbox.ts';
import { addUnsent, isJoined } from './outbox.ts';

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
  /** By page and in its order: acts that have no numbers yet. */
  noted: keysOf('noted'),
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

/** Adds acts to an outbox, and returns the operations that they became. */
export async function putActs(
  values: Writes,
  { learner, row }: { learner: LearnerKey; row: OutboxRow },
  acts: readonly TimedAct[],
): Promise<Operation[]> {
  const unsent = acts.some(isJoined) ? await unsentOf(values, learner) : [];
  const added = addUnsent(unsent, acts, row);
  for (const operation of added) putUnsent(values, learner, operation);
  const lastSeq = Math.max(row.lastSeq, ...added.map(({ seq }) => seq));
  if (lastSeq > row.lastSeq) values.put(keys.outbox(learner), { ...row, lastSeq });
  return added;
}

/** Puts an operation under a name that nobody has sent. */
export function putUnsent(values: Writes, learner: LearnerKey, operation: Operation): void {
  const { device, seq } = operation;
  values.put(keys.operation(learner, device, seq), operation);
  values.put(keys.unsent(learner, device, seq), true);
}

/** Deletes a learner's operations, and what they have to be told. */
export function clearWork(values: Writes, learner: LearnerKey): void {
  values.clear(keys.operation(learner));
  values.clear(keys.unsent(learner));
  values.clear(keys.attention(learner));
}

/** The operations that were never sent: of the own device alone. */
async function unsentOf(values: Reads, learner: LearnerKey): Promise<Operation[]> {
  const entries = await values.list(keys.unsent(learner));
  const all = await listed<Operation>(values, keys.operation(learner));
  const names = new Set(entries.map(([[, , ...name]]) => name.join(' ')));
  return all.filter(({ device, seq }) => names.has(`${device} ${seq}`));
}
