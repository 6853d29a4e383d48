import type { AddressedAct, Operation, SyncResult } from '../core/index.ts';

/** An act and when it was done; the outbox gives it the device's name and next number. */
export type TimedAct = AddressedAct & {
  /** Milliseconds since 1970 by this device's clock. */
  at: number;
};

/** Who a learner's device is to the server. */
export interface DeviceIdentity {
  device: string;
  /** The highest seq that was given to an operation; 0 before the first. */
  lastSeq: number;
}

/** An operation that the server refused for good, and its code. */
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
 * The operations that one learner made on this device and the server has not acknowledged. Every
 * call is one step: another tab sees all of it or nothing.
 */
export interface Outbox {
  /**
   * Says whether it was found on the device instead of made now. Its numbers may then be older than
   * what the server knows, and the server is asked before anything is sent.
   */
  readonly restored: boolean;
  identity(): Promise<DeviceIdentity>;
  /**
   * Keeps acts as operations under the next numbers and returns them as they are kept. An opened,
   * advanced, spent or saved is joined with the last such operation of the same item and epoch that
   * was never sent, and returned under that one's number.
   */
  add(acts: readonly TimedAct[]): Promise<Operation[]>;
  /** All of them by rising seq. */
  unacknowledged(): Promise<Operation[]>;
  /**
   * The oldest of them for one request, at least one if there is any. They count as sent from now
   * on, whatever becomes of the request: the server may have them, so they never change again.
   */
  take(limits: BatchLimits): Promise<Operation[]>;
  /** Drops what the server has accepted, and moves what it refused to the attention list. */
  acknowledge(results: readonly SyncResult[]): Promise<void>;
  /** Gives the device another name and all unacknowledged operations new numbers from 1. */
  renew(renewal: Renewal): Promise<void>;
  /** What the server refused, oldest first. */
  attention(): Promise<Attention[]>;
  /** Takes an operation off the attention list. */
  dismiss(operation: Operation): Promise<void>;
}

/** What a device keeps of the learners who use it. */
export interface DeviceStorage {
  /** The outbox of a learner; asked again, the same one. */
  outbox(learner: string): Promise<Outbox>;
}

/** Joins an act with an older operation that was never sent; null where both must stay. */
export function joinUnsent(older: Operation, act: TimedAct): Operation | null {
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

/** The first operations that fit into one request, and one that does not if it comes first. */
export function firstWithin(operations: readonly Operation[], limits: BatchLimits): Operation[] {
  const batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations.slice(0, limits.operations)) {
    bytes += bytesOf(operation);
    if (bytes > limits.bytes && batch.length > 0) break;
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
  return operations.map((operation, index) => {
    const moved = { ...operation, device, seq: index + 1 };
    if (moved.kind === 'spent') {
      return { ...moved, ms: Math.max(0, moved.ms - spentBefore(moved.contentId)) };
    }
    if (moved.kind !== 'reopened') return moved;
    const seen = Object.entries(moved.seen ?? {}).flatMap(([by, seq]) =>
      by === operation.device ? splitSeen(operations, device, { by, seq }) : [[by, seq] as const],
    );
    return { ...moved, seen: Object.fromEntries(seen) };
  });
}

/**
 * Completions of the old name up to a number are, under the new one, those that wait here; the
 * others keep their name.
 */
function splitSeen(
  waiting: readonly Operation[],
  device: string,
  { by, seq }: { by: string; seq: number },
): (readonly [string, number])[] {
  const kept = Math.min(seq, (waiting[0]?.seq ?? Infinity) - 1);
  const moved = waiting.filter((operation) => operation.seq <= seq).length;
  return [[by, kept] as const, [device, moved] as const].filter(([, highest]) => highest > 0);
}
