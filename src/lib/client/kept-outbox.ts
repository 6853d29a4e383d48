import type { Operation, SyncResult } from '../core/index.ts';
import { isLogged } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import type { Key, KeyValue, Reads, Writes } from './key-value.ts';
import type { Attention, Outbox, TimedAct } from './outbox.ts';
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

/** Where things are kept. */
export interface Places {
  kept: KeyValue;
  /**
   * What has no number yet is not kept among the rest: there it would wait until whoever is at it is
   * through, and be lost if its page goes meanwhile.
   */
  notes: KeyValue;
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

/** A learner's outbox among the values, and what is noted for it elsewhere. */
export async function keptOutbox(
  { kept, notes }: Places,
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

  /** Names what is noted here. */
  const page = newId();
  let noted = 0;

  return {
    restored,
    identity: () => read(async (_, { device, lastSeq }) => ({ device, lastSeq })),
    unacknowledged: () => read((values) => operationsOf(values, learner)),
    attention: () => read((values) => listed<Attention>(values, keys.attention(learner))),

    note: (acts) => {
      const name = keys.noted(learner, page, ++noted);
      // A mark that could not be noted waits for its number as it would have done anyway.
      const ignore = () => undefined;
      void notes.write((values) => values.put(name, acts)).catch(ignore);
      return { name, drop: () => void notes.write((values) => values.delete(name)).catch(ignore) };
    },
    add: async (acts, note) => {
      const added = await write(async (values, row) => {
        if (note && (await values.get(receiptOf(note.name))) !== undefined) return null;
        if (note) values.put(receiptOf(note.name), acts[0]?.at ?? 0);
        return putActs(values, { learner, row }, acts);
      });
      note?.drop();
      return added;
    },

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
        for (const operation of renumbered) putUnsent(values, learner, operation);
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

/** Longer than a page sleeps in a browser's cache, in milliseconds. */
const DAY = 24 * 60 * 60_000;

/**
 * Makes operations of what is noted, whoever did it. Says whether there was any. No step covers both
 * places, so a receipt among the values says of a note that its acts have numbers: to a page that was
 * only slow, and to one that read the note before.
 */
export async function recoverNotes(
  { kept, notes }: Places,
  { now, newId }: { now: number; newId: () => string },
): Promise<boolean> {
  // Receipts first: one whose note is gone by then protects only from who is late.
  const receipts = await kept.read((values) => values.list(['receipt']));
  const noted = await listNotes(notes);
  const needed = new Set(noted.map(([name]) => String(receiptOf(name))));
  const old = receipts.filter(
    ([receipt, at]) => Math.abs(now - (at as number)) > DAY && !needed.has(String(receipt)),
  );
  if (old.length > 0) {
    await kept.write((values) => {
      for (const [receipt] of old) values.delete(receipt);
    });
  }
  const recover = async ([name, acts]: NotedActs): Promise<boolean> => {
    await kept.write(async (values) => {
      if ((await values.get(receiptOf(name))) !== undefined) return;
      values.put(receiptOf(name), acts[0]!.at);
      const learner = name[1] as LearnerKey;
      const { row } = await outboxRow(values, learner, newId);
      await putActs(values, { learner, row }, acts.map(takingBackAllOf(row.device)));
    });
    await notes.write((values) => values.delete(name));
    return true;
  };
  let isAny = false;
  for (const each of noted) {
    // One that finds no room, or that only a newer version understands, stays.
    const isRecovered = await recover(each).catch(() => false);
    isAny ||= isRecovered;
  }
  return isAny;
}

type NotedActs = readonly [Key, readonly TimedAct[]];

/** What is noted, by when it was done. */
async function listNotes(notes: KeyValue): Promise<NotedActs[]> {
  const noted = (await notes.read((values) => values.list(['noted']))) as unknown as NotedActs[];
  return noted.sort(([, [a]], [, [b]]) => (a?.at ?? 0) - (b?.at ?? 0));
}

/** Numbers that an act refers to were guessed: who took something back on a device took back all that is there. */
function takingBackAllOf(device: string) {
  return (act: TimedAct): TimedAct =>
    act.kind === 'reopened' ? { ...act, seen: { ...act.seen, [device]: Infinity } } : act;
}

function receiptOf([, ...name]: Key): Key {
  return ['receipt', ...name];
}

async function putActs(
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

function putUnsent(values: Writes, learner: LearnerKey, operation: Operation): void {
  const { device, seq } = operation;
  values.put(keys.operation(learner, device, seq), operation);
  values.put(keys.unsent(learner, device, seq), true);
}

/** The operations that were never sent: of the own device alone. */
async function unsentOf(values: Reads, learner: LearnerKey): Promise<Operation[]> {
  const entries = await values.list(keys.unsent(learner));
  const all = await listed<Operation>(values, keys.operation(learner));
  const names = new Set(entries.map(([[, , ...name]]) => name.join(' ')));
  return all.filter(({ device, seq }) => names.has(`${device} ${seq}`));
}
