import type { Book } from './book.ts';
import { rollUpOf, statesOf } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { isUnit, unitsOf } from './catalogue.ts';
import type { ItemState } from './item-state.ts';
import { isFull } from './roll-up.ts';
import { firstCompletion, lastVisit, statusOf } from './unit-progress.ts';

/** Where to go from here: a unit, and whether it lies ahead or was skipped; or nothing is left. */
export type Next = { item: Item; reason: 'ahead' | 'skipped' } | { item: null; reason: 'done' };

/**
 * The next unit that brings a course forward: the first open one after `from` in reading order,
 * else the first open one at all, else none. Without `from`, from the start. An exercise that may not
 * be attempted again comes last.
 */
export function next(catalogue: Catalogue, book: Book, place: { course: Item; from?: Item }): Next {
  const { course, from } = place;
  const ways = [
    { start: from?.endUnit, reason: 'ahead' },
    { start: 0, reason: 'skipped' },
  ] as const;
  for (const isAnyWanted of [false, true]) {
    for (const { start, reason } of ways) {
      for (const unit of openUnits(catalogue, book, { item: course, start })) {
        if (isAnyWanted || hasAttemptsLeft(unit, statesOf(book, unit)))
          return { item: unit, reason };
      }
    }
  }
  return { item: null, reason: 'done' };
}

/**
 * Where a learner goes on with a course: the open unit in progress that was visited last and may be
 * done, else the next one after the unit completed last. What was started again is not where one stopped.
 */
export function continueAt(catalogue: Catalogue, book: Book, course: Item): Next {
  const visited = last(openUnits(catalogue, book, { item: course }), (unit) => {
    const states = statesOf(book, unit);
    const isOn = statusOf(states) === 'in-progress' && hasAttemptsLeft(unit, states);
    return isOn ? lastVisit(states) : null;
  });
  if (visited) return { item: visited, reason: 'ahead' };
  const completed = last(
    unitsOf(catalogue, course),
    (unit) => firstCompletion(statesOf(book, unit))?.time ?? null,
  );
  return next(catalogue, book, { course, ...(completed && { from: completed }) });
}

/**
 * The required units of an item that can still raise its sum, in reading order, from the unit at
 * place `start` on. Reads no more of the book than it is asked for.
 */
export function* openUnits(
  catalogue: Catalogue,
  book: Book,
  { item, start = 0 }: { item: Item; start?: number | undefined },
): Generator<Item> {
  if (item.endUnit <= start) return;
  if (isUnit(item)) {
    if (statusOf(statesOf(book, item)) !== 'completed') yield item;
    return;
  }
  if (isFull(item, rollUpOf(catalogue, book, item))) return;
  for (const child of item.children) {
    if (!child.optional) yield* openUnits(catalogue, book, { item: child, start });
  }
}

/** Says whether a unit's attempts are not used up, as far as its states say. */
function hasAttemptsLeft({ attempts = Infinity }: Item, states: readonly ItemState[]): boolean {
  return states.flatMap((state) => Object.keys(state.attempts)).length < attempts;
}

function last(units: Iterable<Item>, timeOf: (unit: Item) => number | null): Item | undefined {
  let best: { unit: Item; time: number } | undefined;
  for (const unit of units) {
    const time = timeOf(unit);
    if (time !== null && (!best || time >= best.time)) best = { unit, time };
  }
  return best?.unit;
}
