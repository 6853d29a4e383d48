import type { Book } from './book.ts';
import { progressOfUnit, rollUpOf } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { ancestorsOf, countsIn, unitsOf } from './catalogue.ts';
import { isFull } from './roll-up.ts';

/** Where to go from here: a unit, and whether it lies ahead or was skipped; or nothing is left. */
export type Next = { item: Item; reason: 'ahead' | 'skipped' } | { item: null; reason: 'done' };

/**
 * The next unit that brings a course forward: the first open one after `from` in reading order,
 * else the first open one at all, else none. Without `from`, from the start.
 */
export function next(catalogue: Catalogue, book: Book, place: { course: Item; from?: Item }): Next {
  const open = openUnits(catalogue, book, place.course);
  const start = place.from ? place.from.endUnit : 0;
  const ahead = open.find((unit) => unit.firstUnit >= start);
  if (ahead) return { item: ahead, reason: 'ahead' };
  return open[0] ? { item: open[0], reason: 'skipped' } : { item: null, reason: 'done' };
}

/**
 * Where a learner goes on with a course: the open unit that was visited last, else the next one
 * after the unit completed last.
 */
export function continueAt(catalogue: Catalogue, book: Book, course: Item): Next {
  const visited = last(
    openUnits(catalogue, book, course),
    (unit) => progressOfUnit(book, unit).lastAccessedAt,
  );
  if (visited) return { item: visited, reason: 'ahead' };
  const completed = last(
    unitsOf(catalogue, course),
    (unit) => progressOfUnit(book, unit).completedAt,
  );
  return next(catalogue, book, { course, from: completed });
}

/** The required units of a course that can still raise its sum, in reading order. */
export function openUnits(catalogue: Catalogue, book: Book, course: Item): Item[] {
  const enough = new Map<Item, boolean>();
  const hasEnough = (container: Item): boolean => {
    const known = enough.get(container);
    if (known !== undefined) return known;
    const full = isFull(container, rollUpOf(catalogue, book, container));
    enough.set(container, full);
    return full;
  };
  return unitsOf(catalogue, course).filter((unit) => {
    if (!countsIn(unit, course)) return false;
    if (progressOfUnit(book, unit).status === 'completed') return false;
    return !within(unit, course).some(hasEnough);
  });
}

/** The containers between a unit and a course, the course included; none for a unit itself. */
function within(unit: Item, course: Item): Item[] {
  const ancestors = ancestorsOf(unit);
  return ancestors.slice(0, ancestors.indexOf(course) + 1);
}

function last(units: readonly Item[], timeOf: (unit: Item) => number | null): Item | undefined {
  let best: { unit: Item; time: number } | undefined;
  for (const unit of units) {
    const time = timeOf(unit);
    if (time !== null && (!best || time >= best.time)) best = { unit, time };
  }
  return best?.unit;
}
