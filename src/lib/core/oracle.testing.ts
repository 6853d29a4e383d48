import type { ContentData } from './content.ts';
import type { Stamped } from './operation.ts';

/*
 * The rules once more, as naively as they can be said: no states, no joins, no sums that are kept;
 * everything is looked up in the list of all operations, each time anew.
 */

/** What the operations on a unit come to. */
export interface UnitTruth {
  done: boolean;
  /** Opened or done. */
  begun: boolean;
  completedAt: number | null;
  percentage: number;
  score: number | null;
  started: number | null;
  lastAccessed: number | null;
  spent: number;
}

/** What a container's units come to. */
export interface ContainerTruth {
  completed: number;
  total: number;
  percentage: number;
  begun: number;
  score: number | null;
  spent: number;
}

/** Looks up what was done to a unit under all its ids. */
export function unitTruth(unit: ContentData, history: readonly Stamped[]): UnitTruth {
  const ids = [unit.id, ...(unit.aliases ?? [])];
  const lives = livesOf(unit, history);
  const all = history.filter((each) => ids.includes(each.contentId));
  const current = lives.flat();
  const completions = lives.flatMap(liveCompletions);
  const starts = current.filter((each) => each.kind !== 'reopened').map((each) => each.time);
  const visits = all.filter((each) => each.kind !== 'reopened' && each.kind !== 'restarted');
  const done = completions.length > 0;
  return {
    done,
    begun: starts.length > 0,
    completedAt: extreme(Math.min, completions),
    percentage: done ? 100 : Math.min(99, highestAdvance(current)),
    score: scoreOf(unit, lives),
    started: extreme(Math.min, starts),
    lastAccessed: extreme(
      Math.max,
      visits.map((each) => each.time),
    ),
    spent: spentOn(all),
  };
}

/** Says whether a unit may be attempted once more, by what was judged since it was last started again. */
export function hasAttemptsLeft(unit: ContentData, history: readonly Stamped[]): boolean {
  return attemptsIn(livesOf(unit, history)).length < (unit.attempts ?? Infinity);
}

/** Counts a container's units one by one. */
export function containerTruth(
  container: ContentData,
  history: readonly Stamped[],
): ContainerTruth {
  const isDone = (unit: ContentData) => unitTruth(unit, history).done;
  const completed = countCapped(container, isDone);
  const total = countCapped(container, () => true);
  const truths = allUnits(container).map((unit) => unitTruth(unit, history));
  const scores = requiredUnits(container)
    .filter((unit) => unit.type === 'exercise')
    .map((unit) => unitTruth(unit, history).score)
    .filter((score) => score !== null);
  return {
    completed,
    total,
    percentage: total === 0 ? 0 : Math.floor((completed * 100) / total),
    begun: truths.filter((truth) => truth.begun).length,
    score: scores.length === 0 ? null : Math.round(sum(scores) / scores.length),
    spent: sum(truths.map((truth) => truth.spent)),
  };
}

/** How many of a container's units count as done; more than `atLeast` says are not needed. */
export function countCapped(
  container: ContentData,
  isDone: (unit: ContentData) => boolean,
): number {
  const counts = (container.children ?? [])
    .filter((child) => child.optional !== true)
    .map((child) => (isLeaf(child) ? Number(isDone(child)) : countCapped(child, isDone)));
  const enough = container.atLeast ?? counts.length + allUnits(container).length;
  return Math.min(enough, sum(counts));
}

/** The open units of an item that would raise its count, were they done: each is tried. */
export function raising(item: ContentData, history: readonly Stamped[]): ContentData[] {
  const units = allUnits(item);
  const done = new Set(units.filter((unit) => unitTruth(unit, history).done));
  const count = (also?: ContentData) => {
    const isDone = (unit: ContentData) => done.has(unit) || unit === also;
    return isLeaf(item) ? Number(isDone(item)) : countCapped(item, isDone);
  };
  return units.filter((unit) => count(unit) > count());
}

/** The units in an item in reading order. */
export function allUnits(item: ContentData): ContentData[] {
  return isLeaf(item) ? [item] : (item.children ?? []).flatMap(allUnits);
}

/** Those of them that nothing on the way up to the item makes optional. */
export function requiredUnits(item: ContentData): ContentData[] {
  if (isLeaf(item)) return [item];
  return (item.children ?? []).filter((child) => child.optional !== true).flatMap(requiredUnits);
}

/** Says whether an item is a unit. */
export function isLeaf(item: ContentData): boolean {
  return item.type === 'lesson' || item.type === 'exercise';
}

/** All items of a content tree in reading order. */
export function allItems(content: readonly ContentData[]): ContentData[] {
  return content.flatMap((item) => [item, ...allItems(item.children ?? [])]);
}

/** What was done to each of a unit's ids since it was last restarted. */
function livesOf(unit: ContentData, history: readonly Stamped[]): Stamped[][] {
  const ids = [unit.id, ...(unit.aliases ?? [])];
  return ids.map((id) => currentLife(history.filter((each) => each.contentId === id)));
}

/** What was done to one id since it was last restarted. */
function currentLife(operations: readonly Stamped[]): Stamped[] {
  const epochs = operations.map((each) => each.epoch + (each.kind === 'restarted' ? 1 : 0));
  const epoch = Math.max(0, ...epochs);
  return operations.filter((each) => each.epoch === epoch && each.kind !== 'restarted');
}

/** When each completion happened that no reopening had seen. */
function liveCompletions(life: readonly Stamped[]): number[] {
  return life
    .filter((each) => each.kind === 'completed' || judgementOf(each)?.passed === true)
    .filter(({ device, seq }) => !life.some((other) => hasSeen(other, device, seq)))
    .map((each) => each.time);
}

function hasSeen(operation: Stamped, device: string, seq: number): boolean {
  if (operation.kind !== 'reopened' || !Object.hasOwn(operation.seen, device)) return false;
  return operation.seen[device]! >= seq;
}

function highestAdvance(life: readonly Stamped[]): number {
  const advances = life.map((each) => (each.kind === 'advanced' ? each.percentage : 0));
  return Math.max(0, ...advances);
}

/** What was judged, each attempt once, in the order of time. */
function attemptsIn(lives: readonly Stamped[][]): { score: number }[] {
  const attempts = lives.flatMap((life) => {
    const byId = new Map<string, { id: string; time: number; score: number }>();
    for (const each of life) {
      const judgement = judgementOf(each);
      if (each.kind !== 'attempted' || !judgement) continue;
      const known = byId.get(each.attempt);
      const one = { id: each.attempt, time: each.time, score: judgement.score };
      if (!known || one.time < known.time) byId.set(one.id, one);
    }
    return [...byId.values()];
  });
  return attempts.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
}

function scoreOf(unit: ContentData, lives: readonly Stamped[][]): number | null {
  const scores = attemptsIn(lives).map((each) => each.score);
  if (scores.length === 0) return null;
  if (unit.score === 'first') return scores[0]!;
  return unit.score === 'latest' ? scores.at(-1)! : Math.max(...scores);
}

function judgementOf(operation: Stamped) {
  return operation.kind === 'attempted' ? operation.judgement : null;
}

/** A device reports its running total, so the last word of each device and id counts. */
function spentOn(operations: readonly Stamped[]): number {
  const totals = new Map<string, number>();
  for (const each of operations) {
    if (each.kind !== 'spent') continue;
    const key = `${each.device} ${each.contentId}`;
    totals.set(key, Math.max(totals.get(key) ?? 0, each.ms));
  }
  return sum([...totals.values()]);
}

function extreme(choose: (...times: number[]) => number, times: readonly number[]): number | null {
  return times.length === 0 ? null : choose(...times);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
