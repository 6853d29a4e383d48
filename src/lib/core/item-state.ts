import type { Json } from './json.ts';
import { canonicalText } from './json.ts';
import type { Keyed } from './keyed.ts';
import { joinKeyed, keyed, valueAt } from './keyed.ts';
import type { Claim, CompletedBy, Seen, Stamped } from './operation.ts';
import { earliest, latest } from './times.ts';

/** One completion; the device that made it is the key under which it is kept. */
export interface Completion extends Claim {
  seq: number;
  /** Effective time, in milliseconds since 1970. */
  time: number;
  by: CompletedBy;
  /** The item's version that was completed. */
  version: number;
}

type Versioned = { version: number } & Claim;

/** One graded attempt at an exercise. */
export interface Attempt extends Claim {
  /** 0 to 100. */
  score: number;
  time: number;
  passed: boolean;
  version: number;
}

/** The last thing that was saved, and what decides which is the last. */
export interface Saved {
  data: Json;
  time: number;
  device: string;
  seq: number;
}

/**
 * All that one learner did to one content id, joined.
 *
 * A join semilattice (a state-based CRDT): `joinStates` is commutative, associative and idempotent,
 * so replicas that exchanged their states agree, whatever the order and however often.
 */
export interface ItemState {
  /** Raised by a restart. The higher epoch wins whole; equal ones join. */
  readonly epoch: number;
  /** Per device its live completions by rising seq: those above `undone`. */
  readonly done: Keyed<readonly Completion[]>;
  /** Per device the highest completion that was seen when the learner reopened the item. */
  readonly undone: Seen;
  readonly started: number | null;
  /** 0 to 100. */
  readonly percentage: number;
  readonly attempts: Keyed<Attempt>;
  readonly saved: Saved | null;
  /** Outside the epoch: survives a restart. */
  readonly lastAccessed: number | null;
  /** Outside the epoch. Per device its running total in milliseconds. */
  readonly spent: Keyed<number>;
}

/** The state of an item that nobody has touched: the identity of the join. */
export const UNTOUCHED: ItemState = {
  epoch: 0,
  done: {},
  undone: {},
  started: null,
  percentage: 0,
  attempts: {},
  saved: null,
  lastAccessed: null,
  spent: {},
};

/** Joins what two replicas know of one item. */
export function joinStates(a: ItemState, b: ItemState): ItemState {
  const outside = {
    lastAccessed: latest([a.lastAccessed, b.lastAccessed]),
    spent: joinKeyed(a.spent, b.spent, Math.max),
  };
  if (a.epoch !== b.epoch) return { ...(a.epoch > b.epoch ? a : b), ...outside };

  const undone = joinKeyed(a.undone, b.undone, Math.max);
  return {
    epoch: a.epoch,
    done: live(joinKeyed(a.done, b.done, uniteCompletions), undone),
    undone,
    started: earliest([a.started, b.started]),
    percentage: Math.max(a.percentage, b.percentage),
    attempts: joinKeyed(a.attempts, b.attempts, least),
    saved: lastSaved(a.saved, b.saved),
    ...outside,
  };
}

/** Adds an operation to what is known. */
export function absorb(state: ItemState, operation: Stamped): ItemState {
  return joinStates(state, stateOf(operation));
}

/**
 * What stands of a state when the server grades the item: not what a learner said of it before the
 * server knew it and could have refused that.
 */
export function proven(state: ItemState): ItemState {
  const isProven = ({ claimed }: Claim) => !claimed;
  const attempts = Object.entries(state.attempts).filter(([, attempt]) => isProven(attempt));
  return { ...state, done: only(state.done, isProven), attempts: keyed(attempts) };
}

/** Says whether nothing was done to the item since it was last restarted, if ever. */
export function isBlank(state: ItemState): boolean {
  return state.started === null;
}

/** Says whether some completion is live. */
export function isCompleted(state: ItemState): boolean {
  return Object.keys(state.done).length > 0;
}

/** The completions that a learner sees who reopens an item in this state. */
export function seenIn(state: ItemState): Seen {
  return keyed(
    Object.entries(state.done).map(([device, completions]) => [device, completions.at(-1)!.seq]),
  );
}

/** The state of an item of which this operation is all that happened. */
function stateOf(operation: Stamped): ItemState {
  const { device, seq, time, epoch } = operation;
  const touched = { ...UNTOUCHED, epoch, started: time, lastAccessed: time };
  const completion = (by: CompletedBy, of: Versioned) =>
    keyed([[device, [{ seq, by, ...done(of) }]]]);
  const done = ({ version, claimed }: Versioned) => ({
    time,
    version,
    ...(claimed && { claimed }),
  });

  switch (operation.kind) {
    case 'opened':
      return touched;
    case 'advanced':
      return { ...touched, percentage: operation.percentage };
    case 'completed':
      return { ...touched, done: completion(operation.by, operation) };
    case 'attempted': {
      const { attempt, judgement } = operation;
      if (!judgement) return touched;
      return {
        ...touched,
        attempts: keyed([[attempt, { ...judgement, ...done(operation) }]]),
        done: judgement.passed ? completion('exercise', operation) : {},
      };
    }
    case 'spent':
      return { ...touched, spent: keyed([[device, operation.ms]]) };
    case 'saved':
      return { ...touched, saved: { data: operation.data, time, device, seq } };
    case 'reopened':
      return { ...UNTOUCHED, epoch, undone: operation.seen };
    case 'restarted':
      return { ...UNTOUCHED, epoch: epoch + 1 };
  }
}

function uniteCompletions(a: readonly Completion[], b: readonly Completion[]) {
  const bySeq = new Map(a.map((each) => [each.seq, each]));
  for (const each of b) {
    const known = bySeq.get(each.seq);
    bySeq.set(each.seq, known ? least(known, each) : each);
  }
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

function live(done: Keyed<readonly Completion[]>, undone: Seen): Keyed<readonly Completion[]> {
  return only(done, ({ seq }, device) => seq > (valueAt(undone, device) ?? 0));
}

/** The completions that stand, by the devices that made them. */
function only(
  done: Keyed<readonly Completion[]>,
  stands: (completion: Completion, device: string) => boolean,
): Keyed<readonly Completion[]> {
  const left = Object.entries(done).flatMap(([device, completions]) => {
    const standing = completions.filter((each) => stands(each, device));
    return standing.length > 0 ? [[device, standing] as const] : [];
  });
  return keyed(left);
}

function lastSaved(a: Saved | null, b: Saved | null): Saved | null {
  if (!a || !b) return a ?? b;
  if (a.time !== b.time) return a.time > b.time ? a : b;
  if (a.device !== b.device) return a.device > b.device ? a : b;
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b;
  return canonicalText(a.data) > canonicalText(b.data) ? a : b;
}

/**
 * Of two accounts of the same event the one with the earlier time, else the lesser text. Stamped
 * operations never differ here; the rule keeps the join commutative even for what should not be.
 */
function least<T extends { time: number }>(a: T, b: T): T {
  if (a.time !== b.time) return a.time < b.time ? a : b;
  return canonicalText(a) <= canonicalText(b) ? a : b;
}
