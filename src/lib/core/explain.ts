import type { Book } from './book.ts';
import { progressOfContainer, progressOfUnit, rollUpOf } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { countsIn, isUnit, unitsOf } from './catalogue.ts';
import { openUnits } from './next.ts';

/** Why a unit is not among what is done, or need not be. */
export type Reason =
  /** Never opened. */
  | 'untouched'
  | 'begun'
  /** The learner took the completion back after the container was finished. */
  | 'reopened'
  /** Came, or became required, after the container was finished. */
  | 'new'
  /** Open, but a container around it has enough. */
  | 'enough'
  | 'optional';

/** What a container's percentage is made of. */
export interface Explanation {
  completed: number;
  total: number;
  /** Open units that would raise the sum, in reading order. */
  left: { item: Item; reason: Reason }[];
  /** Open units that need not be done. */
  free: { item: Item; reason: Reason }[];
}

/** Lists what is left of an item and why; `completed` of `total` is what its percentage says. */
export function explain(catalogue: Catalogue, book: Book, item: Item): Explanation {
  const mark = isUnit(item) ? null : rollUpOf(catalogue, book, item).mark;
  const raising = new Set(openUnits(catalogue, book, { item }));
  const open = unitsOf(catalogue, item).filter(
    (unit) => progressOfUnit(book, unit).status !== 'completed',
  );
  const reasonOf = (unit: Item): Reason => {
    if (mark?.reopened.includes(unit.id)) return 'reopened';
    if (mark) return 'new';
    return progressOfUnit(book, unit).status === 'in-progress' ? 'begun' : 'untouched';
  };
  return {
    ...countOf(catalogue, book, item),
    left: open
      .filter((unit) => raising.has(unit))
      .map((unit) => ({ item: unit, reason: reasonOf(unit) })),
    free: open
      .filter((unit) => !raising.has(unit))
      .map((unit) => ({ item: unit, reason: countsIn(unit, item) ? 'enough' : 'optional' })),
  };
}

function countOf(catalogue: Catalogue, book: Book, item: Item) {
  if (!isUnit(item)) {
    const { completed, total } = progressOfContainer(catalogue, book, item);
    return { completed, total };
  }
  return { completed: progressOfUnit(book, item).status === 'completed' ? 1 : 0, total: 1 };
}
