import type { Item } from './catalogue.ts';
import { DEFAULT_PASSING_SCORE } from './content.ts';
import type { ItemState } from './item-state.ts';
import { seenIn } from './item-state.ts';
import type { Claim, Operation, Stamped } from './operation.ts';

const DAY = 24 * 60 * 60 * 1000;

/** How far back an operation may have been made. */
export const OLDEST = 400 * DAY;

/** Above this many milliseconds between a device's clock and the server's, the device is told. */
export const SKEW_TO_TELL = 5 * 60 * 1000;

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
  graded?: number;
}

/** Gives an operation all that it lacks; done once, when the server first accepts it. */
export function stamp(operation: Operation, context: StampContext): Stamped {
  const { item, state, time, graded } = context;
  const { device, seq, contentId } = operation;
  // Only a restart raises the epoch: an operation that claims a higher one must not wipe the item.
  const epoch = Math.min(operation.epoch ?? state.epoch, state.epoch);
  const origin = { device, seq, contentId, time, epoch };
  const version = item?.version ?? 1;
  const claim: Claim = item ? {} : { claimed: true };

  switch (operation.kind) {
    case 'completed': {
      const { kind, by } = operation;
      return { ...origin, kind, by, version: operation.version ?? version, ...claim };
    }
    case 'reopened':
      return { ...origin, kind: operation.kind, seen: operation.seen ?? seenIn(state) };
    case 'attempted': {
      const { kind, attempt } = operation;
      const score = graded ?? operation.score;
      const judgement = score === undefined ? null : { score, passed: passes(item, score) };
      return { ...origin, kind, attempt, version, judgement, ...claim };
    }
    case 'advanced':
      return { ...origin, kind: operation.kind, percentage: operation.percentage };
    case 'spent':
      return { ...origin, kind: operation.kind, ms: operation.ms };
    case 'saved':
      return { ...origin, kind: operation.kind, data: operation.data };
    case 'opened':
    case 'restarted':
      return { ...origin, kind: operation.kind };
  }
}

function passes(item: Item | undefined, score: number): boolean {
  return score >= (item?.passingScore ?? DEFAULT_PASSING_SCORE);
}
