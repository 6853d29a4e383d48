import type { AddressedAct, Operation, Seen, SyncResult } from '../core/index.ts';
import { valueAt } from '../core/index.ts';
import type { Key } from './key-value.ts';

/** An act and when it was done; the outbox gives it the device's name and next number. */
export type TimedAct = AddressedAct & {
  /** Milliseconds since 1970 by this device's clock. */
  at: number;
  /** Whose total time that was spent is; the outbox's own device when absent. */
  device?: string;
};

/** Who a learner's device is to the server. */
export interface DeviceIdentity {
  device: string;
  /** The highest seq that was given to an operation; 0 before the first. */
  lastSeq: number;
}

/** Acts that were noted, on their way into an outbox. */
export interface Note {
  name: Key;
  /** When the first of them was done, in milliseconds since 1970 by this device's clock. */
  at: number;
  /** They are in an outbox now. */
  drop(): void;
}

/** An operation that the server refused, or took in too late to count: the code says which. */
export interface Attention {
  operation: Operation;
  code: string;
}

/** How much goes into one request. */
export interface BatchLimits {
  operations: number;
  /** Bytes of the operations as JSON. */
  bytes: number;
}

/** The new name of a device, and what its old one had to its account. */
export interface Renewal {
  device: string;
  /** Milliseconds that the server has from the old name on an item. */
  spentBefore: (contentId: string) => number;
}

/**
 * The operations of one learner that wait on this device until the server acknowledges them. Acts
 * become operations of the outbox's own device; work that came from elsewhere (see
 * `DeviceStorage.adopt` and `deposit`) waits here under the name of another.
 *
 * Every call is one step: another tab sees all of it or nothing. Each throws `StorageLost`
 * when the outbox is gone.
 */
export interface Outbox {
  /**
   * Says whether it was found on the device instead of made now. Its numbers may then be older than
   * what the server knows, and the server is asked before anything is sent.
   */
  readonly restored: boolean;
  /** The own device. */
  identity(): Promise<DeviceIdentity>;
  /**
   * Keeps acts as operations under the next numbers and returns them as they are kept. An opened,
   * advanced, spent or saved is joined with the last such operation of the same item and epoch that
   * was never sent, and returned under that one's number. Another device's total is left out. Null, and
   * nothing is added, when another page has recovered the note.
   */
  add(acts: readonly TimedAct[], note?: Note): Promise<Operation[] | null>;
  /** All of them: those of other devices first, each device's by rising seq. */
  unacknowledged(): Promise<Operation[]>;
  /**
   * The first of them for one request, all of one device, at least one if there is any. They count
   * as sent from now on, whatever becomes of the request: the server may have them, so they never
   * change again.
   */
  take(limits: BatchLimits): Promise<Operation[]>;
  /**
   * Drops what the server has accepted of a device. What it refused goes to the attention list, and so
   * does a mark from before a restart elsewhere.
   */
  acknowledge(device: string, results: readonly SyncResult[]): Promise<void>;
  /**
   * Says whether a number up to this one was given to an own operation that was never sent: the
   * server has another one under it.
   */
  collides(lastSeq: number): Promise<boolean>;
  /** Gives the own device another name, and its unacknowledged operations new numbers from 1. */
  renew(renewal: Renewal): Promise<void>;
  /** What the learner has to be told, oldest first. */
  attention(): Promise<Attention[]>;
  /** Takes an operation off the attention list. */
  dismiss(operation: Operation): Promise<void>;
  /** Deletes all that waits, and what the learner has to be told. */
  discard(): Promise<void>;
}

/** What was kept is gone: somebody deleted the browser's data underneath the page. */
export class StorageLost extends Error {
  override name = 'StorageLost';
}

/** Says whether acts of this kind are joined with older ones that were never sent. */
export function isJoined({ kind }: TimedAct): boolean {
  return kind === 'opened' || kind === 'advanced' || kind === 'spent' || kind === 'saved';
}

/** Joins an act with an older operation that was never sent; null where both must stay. */
function joinUnsent(older: Operation, act: TimedAct): Operation | null {
  if (older.contentId !== act.contentId || older.epoch !== act.epoch) return null;
  // The older time stays: times must not fall along the numbers, or the server would raise those
  // of everything made in between.
  if (older.kind === 'opened' && act.kind === 'opened') return older;
  if (older.kind === 'advanced' && act.kind === 'advanced') {
    return { ...older, percentage: Math.max(older.percentage, act.percentage) };
  }
  if (older.kind === 'spent' && act.kind === 'spent') {
    return { ...older, ms: Math.max(older.ms, act.ms) };
  }
  if (older.kind === 'saved' && act.kind === 'saved') return { ...older, data: act.data };
  return null;
}

/**
 * What acts become: joined with the last of the `unsent` operations that they add up with, else
 * operations under the numbers after `lastSeq`. In the order of the acts; a number may come twice.
 */
export function addUnsent(
  unsent: readonly Operation[],
  acts: readonly TimedAct[],
  { device, lastSeq }: DeviceIdentity,
): Operation[] {
  const bySeq = new Map(unsent.map((operation) => [operation.seq, operation]));
  let seq = lastSeq;
  // Time is told as a device's total: under another name it would count twice.
  const own = acts.filter((act) => act.kind !== 'spent' || (act.device ?? device) === device);
  return own.map((act) => {
    const kept = joinedWithLast([...bySeq.values()], act) ?? { ...act, device, seq: ++seq };
    // Nobody has seen what comes later, whatever number was guessed.
    if (kept.kind === 'reopened' && (valueAt(kept.seen ?? {}, device) ?? 0) > seq) {
      kept.seen = { ...kept.seen, [device]: seq };
    }
    bySeq.set(kept.seq, kept);
    return kept;
  });
}

function joinedWithLast(unsent: readonly Operation[], act: TimedAct): Operation | null {
  for (const older of unsent.toReversed()) {
    const both = joinUnsent(older, act);
    if (both) return both;
  }
  return null;
}

/** The first operations of one device that fit into one request, and one that does not if it comes first. */
export function firstWithin(operations: readonly Operation[], limits: BatchLimits): Operation[] {
  const batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations.slice(0, limits.operations)) {
    bytes += bytesOf(operation);
    const fits = bytes <= limits.bytes && operation.device === operations[0]!.device;
    if (!fits && batch.length > 0) break;
    batch.push(operation);
  }
  return batch;
}

/** How many bytes a value takes as JSON in UTF-8. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** The same operations as if another device had made them, by the order of their numbers. */
export function renumber(operations: readonly Operation[], renewal: Renewal): Operation[] {
  const { device, spentBefore } = renewal;
  const first = operations[0]?.seq ?? 1;
  return operations.map((operation, index) => {
    const moved = { ...operation, device, seq: index + 1 };
    if (moved.kind === 'spent') {
      return { ...moved, ms: Math.max(0, moved.ms - spentBefore(moved.contentId)) };
    }
    if (moved.kind !== 'reopened') return moved;
    // What waits here has a new name; what the server has under the old one keeps it.
    const seen = Object.entries(moved.seen ?? {}).map(
      ([by, seq]) => [by, by === operation.device ? Math.min(seq, first - 1) : seq] as const,
    );
    const kept = Object.fromEntries(seen.filter(([, seq]) => seq > 0));
    return { ...moved, seen: { ...kept, ...seenAs(device, operations, moved) } };
  });
}

/**
 * A guest's operations as an account's: those of each item's current epoch, as if a fresh device
 * had made them when they were made. Without an epoch of their own, they join whatever epoch the
 * account has reached; a guest's restarts are not carried.
 */
export function remake(operations: readonly Operation[], device: string): Operation[] {
  const epochs = currentEpochs(operations);
  const current = operations.filter(
    ({ kind, contentId, epoch = 0 }) => kind !== 'restarted' && epoch === epochs.get(contentId),
  );
  return current.map((operation, index) => {
    const { epoch: _, ...made } = { ...operation, device, seq: index + 1 };
    // Only what the guest had seen: without it, the server would cancel all that the account has.
    return made.kind === 'reopened' ? { ...made, seen: seenAs(device, current, made) } : made;
  });
}

/** Which of some operations somebody had seen who reopened an item, by their new numbers. */
function seenAs(
  device: string,
  operations: readonly Operation[],
  { seen = {} }: { seen?: Seen },
): Seen {
  const highest = operations.findLastIndex(
    ({ device, seq }) => seq <= (valueAt(seen, device) ?? 0),
  );
  return highest < 0 ? {} : { [device]: highest + 1 };
}

function currentEpochs(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const epochs = new Map<string, number>();
  for (const { contentId, kind, epoch = 0 } of operations) {
    const reached = kind === 'restarted' ? epoch + 1 : epoch;
    epochs.set(contentId, Math.max(epochs.get(contentId) ?? 0, reached));
  }
  return epochs;
}
