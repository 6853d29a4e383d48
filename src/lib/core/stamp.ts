import type { Item } from './catalogue.ts';
import { DEFAULT_PASSING_SCORE } from './content.ts';
import type { ItemState } from './item-state.ts';
import { seenIn } from './item-state.ts';
import type { Claim, Operation, Stamped } from './operation.ts';

const DAY = 24 * 60 * 60 * 1000;

/** How far back an operation may have been made. */
export const OLDEST = 400 * DAY;

/** The clocks that an effective time is made of, in milliseconds since 1970. */
export interface Clocks {
  /** The server's. */
  server: number;
  /** The device's own, when it sent the operation. */
  device: number;
  /** The last effective time given to this device; null for its first operation. */
  last: number | null;
}

/**
 * When an operation counts as done: the device's `at`, put right by how far its clock is off, never
 * in the future or more than 400 days back, and never before the device's last operation.
 */
export function effectiveTime(at: number, clocks: Clocks): number {
  const shifted = at + (clocks.server - clocks.device);
  const clamped = Math.min(Math.max(shifted, clocks.server - OLDEST), clocks.server);
  return Math.max(clamped, clocks.last ?? -Infinity);
}

/** What stamping needs to know besides the operation. */
export interface StampContext {
  /** Its effective time. */
  time: number;
  /** The item as the catalogue has it now; undefined when it is not known here. */
  item: Item | undefined;
  /** The state of the operation's content id. */
  state: ItemState;
  /** Score of an attempt that the server has graded, 0 to 100. */
  graded?: number | undefined;
}

/** Gives an operation all that it lacks; done once, when the server first accepts it. */
export function stamp(operation: Operation, context: StampContext): Stamped {
  const { item, state, time, graded } = context;
  const { at: _, ...made } = operation;
  // Only a restart raises the epoch: an operation that claims a higher one must not wipe the item.
  const epoch = Math.min(made.epoch ?? state.epoch, state.epoch);
  const stamps = { time, epoch };
  const version = item?.version ?? 1;
  const claim: Claim = item ? {} : { claimed: true };

  if (made.kind === 'completed') return { version, ...made, ...stamps, ...claim };
  if (made.kind === 'reopened') return { seen: seenIn(state), ...made, ...stamps };
  if (made.kind !== 'attempted') return { ...made, ...stamps };
  const { answers, score: given, ...attempted } = made;
  const score = graded ?? given;
  const judgement = score === undefined ? null : { score, passed: passes(item, score) };
  return { ...attempted, ...stamps, version, judgement, ...claim };
}

function passes(item: Item | undefined, score: number): boolean {
  return score >= (item?.passingScore ?? DEFAULT_PASSING_SCORE);
}
