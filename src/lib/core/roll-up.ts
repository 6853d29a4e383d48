import type { Item } from './catalogue.ts';
import type { Progress } from './unit-progress.ts';
import { earliest, latest } from './times.ts';

/** What a learner's units add up to: of one unit, its own; of a container, all that is below it. */
export interface Sums {
  /** Required units completed; `atLeast` of the containers below applied, the item's own not. */
  completed: number;
  /** Units opened or completed, optional ones too. */
  begun: number;
  /** Over required exercises that have a score. */
  scoreSum: number;
  scoreCount: number;
  /** Milliseconds. */
  spent: number;
  /** The earliest start and the latest visit, in milliseconds since 1970. */
  started: number | null;
  lastAccessed: number | null;
}

/** Says that a container's sums were full once, and which of its units were reopened since. */
export interface Mark {
  /** The latest completion among its units when its sums first became full. */
  at: number;
  reopened: readonly string[];
  /** The certificate that the server issued for it. */
  certificate?: string;
}

/** A container's stored sums and finished mark. */
export interface RollUp extends Sums {
  /** `Item.countedAs` when the sums were counted. */
  countedAs: string;
  mark: Mark | null;
}

/** A container's progress also says how much of it is done. */
export interface ContainerProgress extends Progress {
  completed: number;
  total: number;
  /** Units that the learner has still to do in a container that was finished before they came. */
  newSinceCompletion: number;
}

/** The sums of what nobody has touched. */
export const NOTHING: Sums = {
  completed: 0,
  begun: 0,
  scoreSum: 0,
  scoreCount: 0,
  spent: 0,
  started: null,
  lastAccessed: null,
};

/** The sums of a single unit. */
export function unitSums(item: Item, progress: Progress): Sums {
  const scored = item.type === 'exercise' && progress.score !== null;
  return {
    completed: progress.status === 'completed' ? 1 : 0,
    begun: progress.status === 'not-started' ? 0 : 1,
    scoreSum: scored ? progress.score! : 0,
    scoreCount: scored ? 1 : 0,
    spent: progress.timeSpentMs,
    started: progress.startedAt,
    lastAccessed: progress.lastAccessedAt,
  };
}

/** What an item with these sums adds to those of its parent: the one formula of the roll-up. */
export function given(item: Item, sums: Sums): Sums {
  if (sums === NOTHING) return NOTHING;
  if (item.optional) return { ...sums, completed: 0, scoreSum: 0, scoreCount: 0 };
  return { ...sums, completed: Math.min(sums.completed, item.atLeast ?? Infinity) };
}

/** The sums of a container whose children give these. */
export function addUp(parts: readonly Sums[]): Sums {
  return parts.reduce(add, NOTHING);
}

/**
 * The sums of a container after one child gave `before` and now gives `after`. `started` only falls
 * and `lastAccessed` only rises here; counting again is what lets them move the other way.
 */
export function replacePart(sums: Sums, before: Sums, after: Sums): Sums {
  return {
    completed: sums.completed - before.completed + after.completed,
    begun: sums.begun - before.begun + after.begun,
    scoreSum: sums.scoreSum - before.scoreSum + after.scoreSum,
    scoreCount: sums.scoreCount - before.scoreCount + after.scoreCount,
    spent: sums.spent - before.spent + after.spent,
    started: earliest([sums.started, after.started]),
    lastAccessed: latest([sums.lastAccessed, after.lastAccessed]),
  };
}

/** How many of a container's units are enough, and how many of those are done. */
export function countOf(item: Item, sums: Sums): { completed: number; total: number } {
  const enough = item.atLeast ?? Infinity;
  return {
    completed: Math.min(sums.completed, enough),
    total: Math.min(item.required, enough),
  };
}

/** Says whether all that counts is done. An empty container is never full. */
export function isFull(item: Item, sums: Sums): boolean {
  const { completed, total } = countOf(item, sums);
  return total > 0 && completed === total;
}

/** Derives a container's progress. The roll-up was counted on this catalogue and is settled. */
export function containerProgress(item: Item, rollUp: RollUp): ContainerProgress {
  const { completed, total } = countOf(item, rollUp);
  const { mark } = rollUp;
  const done = isFull(item, rollUp) || mark?.reopened.length === 0;
  return {
    status: done ? 'completed' : rollUp.begun > 0 ? 'in-progress' : 'not-started',
    completedAt: done ? (mark?.at ?? null) : null,
    completedBy: null,
    completedVersion: null,
    startedAt: rollUp.started,
    lastAccessedAt: rollUp.lastAccessed,
    progressPercentage: total > 0 ? Math.floor((100 * completed) / total) : 0,
    score: meanScore(rollUp),
    data: null,
    timeSpentMs: rollUp.spent,
    completed,
    total,
    newSinceCompletion: mark ? Math.max(0, total - completed - mark.reopened.length) : 0,
  };
}

/** The rounded mean over what has a score, 0 to 100; null where nothing has. */
export function meanScore({ scoreSum, scoreCount }: Sums): number | null {
  return scoreCount > 0 ? Math.round(scoreSum / scoreCount) : null;
}

function add(a: Sums, b: Sums): Sums {
  // Of most units in a long course there is nothing yet.
  return b === NOTHING ? a : replacePart(a, NOTHING, b);
}
