import type { Json } from './json.ts';
import type { Keyed } from './keyed.ts';

/** What caused a completion; `api` is a plain call of `POST /api/progress/update`. */
export const COMPLETED_BY = ['button', 'scroll', 'time', 'video', 'exercise', 'api'] as const;

/** What caused a completion. */
export type CompletedBy = (typeof COMPLETED_BY)[number];

/** Completions by the number that their device gave them: `{ device: highest seq }`. */
export type Seen = Keyed<number>;

/** What a learner did to a unit, before anyone asks where and when. */
export type Act =
  | { kind: 'opened' }
  | { kind: 'advanced'; percentage: number }
  | { kind: 'completed'; by: CompletedBy; version?: number }
  /** `seen`: the completions that it cancels. */
  | { kind: 'reopened'; seen?: Seen }
  /** `answers` where the server grades, else `score`, 0 to 100. */
  | { kind: 'attempted'; attempt: string; answers?: Json; score?: number }
  /** `ms`: the device's running total for the item, not a delta. */
  | { kind: 'spent'; ms: number }
  /** `data`: a resume point, draft answers. */
  | { kind: 'saved'; data: Json }
  | { kind: 'restarted' };

/** What kind of thing was done. */
export type OperationKind = Act['kind'];

/** Where and when an act was done. `(device, seq)` names it for ever. */
export interface Origin {
  device: string;
  /** Rises by one per device and learner, from 1. */
  seq: number;
  contentId: string;
  /** Milliseconds since 1970 by the device's own clock. */
  at: number;
  /** The item's epoch as the device knew it; absent: the one that the server has. */
  epoch?: number;
}

/** One thing a learner did to one unit: made once, never changed. */
export type Operation = Origin & Act;

/** How an attempt was judged when the server first saw it; never judged again. */
export interface Judgement {
  score: number;
  passed: boolean;
}

/**
 * An operation to which the server has given its effective time and epoch, and, where they belong
 * to its kind, the completions seen, the version and the judgement. The laws of merging hold for
 * stamped operations.
 */
export type Stamped = {
  device: string;
  seq: number;
  contentId: string;
  /** Effective time, in milliseconds since 1970. */
  time: number;
  epoch: number;
} & (
  | { kind: 'opened' | 'restarted' }
  | { kind: 'advanced'; percentage: number }
  | ({ kind: 'completed'; by: CompletedBy; version: number } & Claim)
  | { kind: 'reopened'; seen: Seen }
  /** Without a judgement nobody could grade it: it counts as work on the item, no more. */
  | ({ kind: 'attempted'; attempt: string; version: number; judgement: Judgement | null } & Claim)
  | { kind: 'spent'; ms: number }
  | { kind: 'saved'; data: Json }
);

/**
 * Whether it is only said by whoever made it: before the server knew the item, and could have refused
 * it. Where the server grades, that proves nothing.
 */
export interface Claim {
  claimed?: true;
}

const LOGGED: ReadonlySet<OperationKind> = new Set([
  'completed',
  'reopened',
  'attempted',
  'restarted',
]);

/** Says whether operations of this kind are kept in the log for ever. */
export function isLogged(kind: OperationKind): boolean {
  return LOGGED.has(kind);
}
