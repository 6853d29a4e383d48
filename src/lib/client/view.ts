import type { Book, Catalogue, Change, Item, ItemState, Operation } from '../core/index.ts';
import {
  ancestorsOf,
  apply,
  createBook,
  isUnit,
  rollUpOf,
  settle,
  stamp,
  UNTOUCHED,
  valueAt,
  walk,
} from '../core/index.ts';

/**
 * What a learner sees: the server's rows joined with the operations that it has not acknowledged,
 * in their order. Holds a state for every id and a fresh roll-up for every container of the
 * catalogue, so that reading the book never changes it.
 */
export function viewOf(
  catalogue: Catalogue,
  rows: ReadonlyMap<string, Change>,
  operations: Iterable<Operation>,
): Book {
  const book = createBook();
  for (const id of catalogue.items.keys()) book.states.set(id, UNTOUCHED);
  for (const [id, { state, rollUp }] of rows) {
    if (state) book.states.set(id, state);
    if (rollUp) book.rollUps.set(id, rollUp);
  }
  for (const item of walk(catalogue.roots)) if (!isUnit(item)) rollUpOf(catalogue, book, item);
  for (const operation of operations) applyUnsent(catalogue, book, operation);
  return book;
}

/**
 * Applies an operation that the server has not stamped yet, as if it had. Applied again after the
 * outbox has joined it with a newer one, it counts as the newer.
 */
export function applyUnsent(catalogue: Catalogue, book: Book, operation: Operation): void {
  const { contentId, at } = operation;
  const state = book.states.get(contentId) ?? UNTOUCHED;
  const item = catalogue.items.get(contentId);
  // Made by somebody who saw this state, so it comes after it, whatever this device's clock says.
  const time = Math.max(at, (state.lastAccessed ?? -1) + 1);
  apply(catalogue, book, stamp(operation, { time, item, state }));
  if (!item) return;
  // A lesson may have become a module since: what was done to it is then the module's mark.
  const containers = isUnit(item) ? ancestorsOf(item) : [item, ...ancestorsOf(item)];
  for (const container of containers) settle(catalogue, book, container);
}

/** Milliseconds that a device has spent on an item. */
export function spentOn(state: ItemState | undefined, device: string): number {
  return valueAt(state?.spent ?? {}, device) ?? 0;
}

/** What the learner reads: the course, or all that lies loose in the outline as if in one course. */
export function wholeOf(catalogue: Catalogue): Item {
  const { roots, units } = catalogue;
  const [root] = roots;
  if (root && roots.length === 1 && !isUnit(root)) return root;
  return {
    id: '',
    type: 'course',
    title: '',
    parent: null,
    children: roots,
    ids: [],
    firstUnit: 0,
    endUnit: units.length,
    required: units.filter((unit) => !unit.optional).length,
    countedAs: '',
  };
}

/** The book to read `wholeOf` from: the sums of loose units are counted in it, not in what is shown. */
export function bookOfWhole({ states, rollUps }: Book): Book {
  return { states, rollUps: new Map(rollUps) };
}
