import type { Catalogue, Item } from './catalogue.ts';
import { ancestorsOf, countsIn, isUnit, unitsOf } from './catalogue.ts';
import type { ItemState } from './item-state.ts';
import { absorb, proven, UNTOUCHED } from './item-state.ts';
import { isSame } from './json.ts';
import type { Stamped } from './operation.ts';
import type { ContainerProgress, Mark, RollUp, Sums } from './roll-up.ts';
import {
  addUp,
  containerProgress,
  countOf,
  given,
  isFull,
  NOTHING,
  replacePart,
  unitSums,
} from './roll-up.ts';
import { earliest, latest } from './times.ts';
import type { Progress } from './unit-progress.ts';
import { firstCompletion, unitProgress } from './unit-progress.ts';

/**
 * What is known of one learner: item states and roll-ups by content id. The functions here change
 * it in place; the states and roll-ups in it are never changed, only replaced.
 */
export interface Book {
  readonly states: Map<string, ItemState>;
  readonly rollUps: Map<string, RollUp>;
}

/** Makes a book; without arguments, of a learner who has done nothing. */
export function createBook(
  states: Iterable<readonly [string, ItemState]> = [],
  rollUps: Iterable<readonly [string, RollUp]> = [],
): Book {
  return { states: new Map(states), rollUps: new Map(rollUps) };
}

/** The progress on any item of the catalogue. */
export function progressOf(catalogue: Catalogue, book: Book, item: Item): Progress {
  return isUnit(item) ? progressOfUnit(book, item) : progressOfContainer(catalogue, book, item);
}

/** The progress on a unit. */
export function progressOfUnit(book: Book, item: Item): Progress {
  return unitProgress(item, statesOf(book, item));
}

/** The states under all ids of an item; none of one that nobody has touched. */
export function statesOf(book: Book, item: Item): ItemState[] {
  // A loop, and no list of lists: a summary asks for every unit of a course.
  const states: ItemState[] = [];
  for (const id of item.ids) {
    const state = book.states.get(id);
    if (state) states.push(item.graded ? proven(state) : state);
  }
  return states;
}

/** The progress on a container, with how much of it is done. */
export function progressOfContainer(
  catalogue: Catalogue,
  book: Book,
  item: Item,
): ContainerProgress {
  return containerProgress(item, rollUpOf(catalogue, book, item));
}

/**
 * Applies one operation: joins it into its item's state and raises the sums around it by the
 * difference, O(depth). The book has been brought to this catalogue; the roll-ups around the item
 * are in it, or it is whole.
 *
 * Says which content ids changed; none when the operation was known or came too late.
 */
export function apply(catalogue: Catalogue, book: Book, operation: Stamped): string[] {
  const { contentId } = operation;
  const item = catalogue.items.get(contentId);
  const ancestors = item ? ancestorsOf(item) : [];
  for (const ancestor of ancestors) rollUpOf(catalogue, book, ancestor);

  const state = book.states.get(contentId) ?? UNTOUCHED;
  const next = absorb(state, operation);
  if (isSame(next, state)) return [];
  if (!item || !isUnit(item)) {
    book.states.set(contentId, next);
    return [contentId];
  }
  const before = progressOfUnit(book, item);
  book.states.set(contentId, next);
  const after = progressOfUnit(book, item);
  raise(book, item, { before: unitSums(item, before), after: unitSums(item, after) });
  return [contentId, ...ancestors.map((ancestor) => ancestor.id)];
}

/**
 * Brings a container's finished mark up to date at the end of a transaction: the mark is made when
 * the sums are first full, and forgets units that are done again or no longer count.
 */
export function settle(catalogue: Catalogue, book: Book, container: Item): void {
  const rollUp = rollUpOf(catalogue, book, container);
  const mark = settledMark(catalogue, book, { item: container, sums: rollUp });
  book.rollUps.set(container.id, { ...rollUp, mark });
}

/**
 * Brings a book to another catalogue, before anything is applied under it: sums that were counted
 * on other content are counted again, and those of what is no container now are to be counted again
 * when it is one. The book must be whole.
 *
 * Looking at `countedAs` is not enough: an item may leave a container, be worked on elsewhere, and
 * come back, which leaves the container as its old sums knew it.
 *
 * Says which content ids have another roll-up now.
 */
export function recount(catalogue: Catalogue, book: Book): string[] {
  const changed: string[] = [];
  for (const [id, rollUp] of [...book.rollUps]) {
    const item = catalogue.items.get(id);
    const container = item?.id === id && !isUnit(item) ? item : null;
    if (rollUp.countedAs === (container?.countedAs ?? '')) continue;
    if (container) rollUpOf(catalogue, book, container);
    else book.rollUps.set(id, { ...rollUp, countedAs: '' });
    changed.push(id);
  }
  return changed;
}

/** Says whether settling a container would mark it finished, for which the book must be whole. */
export function isNewlyFull(item: Item, rollUp: RollUp): boolean {
  return rollUp.mark === null && isFull(item, rollUp);
}

/** Says whether a roll-up was counted on the catalogue as it is now. */
export function isFresh(item: Item, rollUp: RollUp | undefined): rollUp is RollUp {
  return rollUp?.countedAs === item.countedAs;
}

/** A container's roll-up; counted again, in the book, when it is stale or not there. */
export function rollUpOf(catalogue: Catalogue, book: Book, item: Item): RollUp {
  const stored = book.rollUps.get(item.id);
  if (isFresh(item, stored)) return stored;
  const sums = addUp(item.children.map((child) => given(child, sumsOf(catalogue, book, child))));
  const mark = settledMark(catalogue, book, { item, sums });
  const rollUp = { ...sums, countedAs: item.countedAs, mark };
  book.rollUps.set(item.id, rollUp);
  return rollUp;
}

function sumsOf(catalogue: Catalogue, book: Book, item: Item): Sums {
  if (!isUnit(item)) return rollUpOf(catalogue, book, item);
  const states = statesOf(book, item);
  return states.length > 0 ? unitSums(item, unitProgress(item, states)) : NOTHING;
}

/**
 * Replaces what a unit gives in every container around it, innermost first. A finished container
 * notes a unit that lowers its sum: the learner took a completion back.
 */
function raise(book: Book, unit: Item, change: { before: Sums; after: Sums }): void {
  let child = unit;
  let { before, after } = change;
  for (const container of ancestorsOf(unit)) {
    const rollUp = book.rollUps.get(container.id)!;
    const sums = replacePart(rollUp, given(child, before), given(child, after));
    const lowered = countOf(container, sums).completed < countOf(container, rollUp).completed;
    const mark = lowered ? withReopened(rollUp.mark, unit) : rollUp.mark;
    book.rollUps.set(container.id, { ...rollUp, ...sums, mark });
    [child, before, after] = [container, rollUp, sums];
  }
}

function withReopened(mark: Mark | null, unit: Item): Mark | null {
  return mark && { ...mark, reopened: [...mark.reopened, unit.id] };
}

/** A container's mark as it is when its sums are these. */
function settledMark(
  catalogue: Catalogue,
  book: Book,
  { item, sums }: { item: Item; sums: Sums },
): Mark | null {
  const mark = markOf(book, item);
  if (isFull(item, sums)) {
    return { ...mark, at: mark?.at ?? latestCompletion(catalogue, book, item), reopened: [] };
  }
  if (!mark) return null;
  const stillOpen = mark.reopened.flatMap((id) => {
    const unit = catalogue.items.get(id);
    if (!unit || !isUnit(unit) || !isWithin(unit, item) || !countsIn(unit, item)) return [];
    return progressOfUnit(book, unit).status === 'completed' ? [] : unit.id;
  });
  return { ...mark, reopened: [...new Set(stillOpen)] };
}

function latestCompletion(catalogue: Catalogue, book: Book, container: Item): number {
  const times = unitsOf(catalogue, container)
    .filter((unit) => countsIn(unit, container))
    .map((unit) => firstCompletion(statesOf(book, unit))?.time ?? null);
  return latest(times)!;
}

/**
 * The mark that a container has under any of its ids: of its own, what is reopened; of all, the
 * earliest date. One that was a unit once, and completed as one, stays finished.
 */
function markOf(book: Book, item: Item): Mark | null {
  const marks = item.ids.flatMap((id) => book.rollUps.get(id)?.mark ?? []);
  const { completedAt } = unitProgress(item, statesOf(book, item));
  const at = earliest([...marks.map((mark) => mark.at), completedAt]);
  return at === null ? null : { reopened: [], ...marks[0], at };
}

function isWithin(unit: Item, container: Item): boolean {
  return ancestorsOf(unit).includes(container);
}
