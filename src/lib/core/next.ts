import type { Book } from './book.ts';
import { rollUpOf, statesOf } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { isUnit, unitsOf } from './catalogue.ts';
import { isFull } from './roll-up.ts';
import { firstCompletion, lastVisit, statusOf } from './unit-progress.ts';

/** Where to go from here: a unit, and whether it lies ahead or was skipped; or nothing is left. */
export type Next = { item: Item; reason: 'ahead' | 'skipped' } | { item: null; reason: 'done' };

/**
 * The next unit that brings a course forward: the first open one after `from` in reading order,
 * else the first open one at all, else none. Without `from`, from the start.
 */
export function next(catalogue: Catalogue, book: Book, place: { course: Item; from?: Item }): Next {
  return firstOf(openUnits(catalogue, book, place.course), place.from);
}

/**
 * Where a learner goes on with a course: the open unit that was visited last, else the next one
 * after the unit completed last.
 */
export function continueAt(catalogue: Catalogue, book: Book, course: Item): Next {
  const open = openUnits(catalogue, book, course);
  const visited = last(open, (unit) => lastVisit(statesOf(book, unit)));
  if (visited) return { item: visited, reason: 'ahead' };
  const completed = last(
    unitsOf(catalogue, course),
    (unit) => firstCompletion(statesOf(book, unit))?.time ?? null,
  );
  return firstOf(open, completed);
}

/** The required units of a course that can still raise its sum, in reading order. */
export function openUnits(catalogue: Catalogue, book: Book, course: Item): Item[] {
  if (isUnit(course)) return statusOf(statesOf(book, course)) === 'completed' ? [] : [course];
  if (isFull(course, rollUpOf(catalogue, book, course))) return [];
  return course.children
    .filter((child) => !child.optional)
    .flatMap((child) => openUnits(catalogue, book, child));
}

/** Of the open units the first after a place, else the first of all. */
function firstOf(open: readonly Item[], from: Item | undefined): Next {
  const start = from ? from.endUnit : 0;
  const ahead = open.find((unit) => unit.firstUnit >= start);
  if (ahead) return { item: ahead, reason: 'ahead' };
  return open[0] ? { item: open[0], reason: 'skipped' } : { item: null, reason: 'done' };
}

function last(units: readonly Item[], timeOf: (unit: Item) => number | null): Item | undefined {
  let best: { unit: Item; time: number } | undefined;
  for (const unit of units) {
    const time = timeOf(unit);
    if (time !== null && (!best || time >= best.time)) best = { unit, time };
  }
  return best?.unit;
}
