import type { Item } from './catalogue.ts';
import type { Attempt, Completion, ItemState } from './item-state.ts';
import { isBlank, isCompleted } from './item-state.ts';
import type { Json } from './json.ts';
import type { CompletedBy } from './operation.ts';
import { earliest, latest } from './times.ts';

/** How far a learner is with an item; only the learner's own doing leads back. */
export const STATUSES = ['not-started', 'in-progress', 'completed'] as const;

/** How far an item has come. */
export type Status = (typeof STATUSES)[number];

/** What people see of a learner's work on one content item. Times in milliseconds since 1970. */
export interface Progress {
  status: Status;
  completedAt: number | null;
  completedBy: CompletedBy | null;
  /** The item's version that was completed; above it, the text was rewritten since. */
  completedVersion: number | null;
  startedAt: number | null;
  lastAccessedAt: number | null;
  /** Whole, 0 to 100; 100 only when all is done. */
  progressPercentage: number;
  /** 0 to 100. */
  score: number | null;
  data: Json;
  timeSpentMs: number;
}

/**
 * Derives a unit's progress from the states of its ids: completed if any is, at the earliest date;
 * the highest percentage; the last saved data; attempts and time added up. Of an item that is not
 * known, the best attempt gives the score.
 */
export function unitProgress(
  item: Pick<Item, 'score'> | undefined,
  states: readonly ItemState[],
): Progress {
  const completions = completionsOf(states);
  const first = firstOf(completions);
  const percentage = Math.max(0, ...states.map((state) => state.percentage));
  return {
    status: statusOf(states),
    completedAt: first?.time ?? null,
    completedBy: first?.by ?? null,
    completedVersion: first ? Math.max(...completions.map((each) => each.version)) : null,
    startedAt: earliest(states.map((state) => state.started)),
    lastAccessedAt: lastVisit(states),
    progressPercentage: first ? 100 : Math.min(99, percentage),
    score: scoreOf(item, states),
    data: lastSaved(states),
    timeSpentMs: sum(states.flatMap((state) => Object.values(state.spent))),
  };
}

/** The status alone, which lists of many units show: completed if any state is. */
export function statusOf(states: readonly ItemState[]): Status {
  if (states.some(isCompleted)) return 'completed';
  return states.every(isBlank) ? 'not-started' : 'in-progress';
}

/** The earliest live completion, whose date is shown. */
export function firstCompletion(states: readonly ItemState[]): Completion | undefined {
  return firstOf(completionsOf(states));
}

function firstOf(completions: readonly Completion[]): Completion | undefined {
  return completions.reduce<Completion | undefined>(
    (first, each) => (first && first.time <= each.time ? first : each),
    undefined,
  );
}

/** The latest visit, in milliseconds since 1970. */
export function lastVisit(states: readonly ItemState[]): number | null {
  return latest(states.map((state) => state.lastAccessed));
}

/** All live completions, in an order that no database changes; none keeps that of keys. */
function completionsOf(states: readonly ItemState[]): Completion[] {
  return states.flatMap(({ done }) =>
    Object.keys(done)
      .sort()
      .flatMap((device) => done[device]!),
  );
}

function scoreOf(
  item: Pick<Item, 'score'> | undefined,
  states: readonly ItemState[],
): number | null {
  const attempts = states
    .flatMap((state) => Object.entries(state.attempts))
    .sort(([idA, a], [idB, b]) => a.time - b.time || (idA < idB ? -1 : 1))
    .map(([, attempt]): Attempt => attempt);
  if (attempts.length === 0) return null;
  if (item?.score === 'first') return attempts[0]!.score;
  if (item?.score === 'latest') return attempts.at(-1)!.score;
  return Math.max(...attempts.map((attempt) => attempt.score));
}

/** What was saved last; null before anything was. */
export function lastSaved(states: readonly ItemState[]): Json {
  const saved = states.flatMap((state) => state.saved ?? []);
  return (
    saved.reduce<(typeof saved)[number] | undefined>(
      (last, each) => (last && last.time >= each.time ? last : each),
      undefined,
    )?.data ?? null
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
