import fc from 'fast-check';
import type { Book } from './book.ts';
import { apply, createBook, recount, settle } from './book.ts';
import type { Catalogue } from './catalogue.ts';
import { createCatalogue, isUnit } from './catalogue.ts';
import type { ContentData } from './content.ts';
import type { Edit } from './content.testing.ts';
import { draftOf, EDITS, editsOf, revise } from './content.testing.ts';
import { UNTOUCHED } from './item-state.ts';
import { expectSame } from './laws.testing.ts';
import type { Stamped } from './operation.ts';
import { allItems, isLeaf } from './oracle.testing.ts';
import type { Happening } from './world.testing.ts';
import { createWorld, DEVICES, happening } from './world.testing.ts';

/** How a book is kept; mutants replace one of these. */
export interface Bookkeeping {
  apply: typeof apply;
  settle: typeof settle;
  recount: (catalogue: Catalogue, book: Book) => unknown;
}

/** How a book is kept rightly. */
export const BOOKKEEPING: Bookkeeping = { apply, settle, recount };

/** What there is to see after each step. */
export interface Moment {
  content: readonly ContentData[];
  catalogue: Catalogue;
  book: Book;
  /** All that was applied so far. */
  history: readonly Stamped[];
  /** Operations of the transaction that has just ended; null after an edit. */
  transaction: readonly Stamped[] | null;
}

/** A learner's story and the author's, told together. */
export const stories: fc.Arbitrary<(Happening | Edit)[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: happening }, { weight: 1, arbitrary: editsOf(...EDITS) }),
  { maxLength: 40, size: 'max' },
);

/** A story in which everything has been completed already. */
export function afterFinishing(
  content: readonly ContentData[],
  story: readonly (Happening | Edit)[],
): (Happening | Edit)[] {
  const units = allItems(content).filter(isLeaf);
  const server = DEVICES.indexOf('server');
  const completed = { device: server, does: 'completed', amount: 0, wait: 0, skew: 0 } as const;
  return [...units.map((_, i): Happening => ({ ...completed, item: i + 1 })), ...story];
}

/** Lets a learner learn and an author write, and keeps the learner's book; returns how it ends. */
export function live(
  { content, story }: { content: ContentData[]; story: readonly (Happening | Edit)[] },
  bookkeeping: Bookkeeping,
  look: (moment: Moment) => void = () => undefined,
): Moment {
  let draft = draftOf(content);
  let catalogue = createCatalogue(content);
  const book = createBook();
  const history: Stamped[] = [];
  const world = createWorld((id) => catalogue.items.get(id));
  // Devices also know ids that are gone, or that the server does not know yet.
  const ids = new Set(['from-tomorrow', ...unitIds(catalogue)]);
  const moment = (transaction: readonly Stamped[] | null): Moment => {
    return { content: draft.content, catalogue, book, history, transaction };
  };

  const edit = (each: Edit) => {
    draft = revise(draft, each);
    catalogue = createCatalogue(draft.content);
    for (const id of unitIds(catalogue)) ids.add(id);
    bookkeeping.recount(catalogue, book);
    look(moment(null));
  };
  const transact = (operations: readonly Stamped[]) => {
    const changed = new Set<string>();
    for (const operation of operations) {
      for (const id of bookkeeping.apply(catalogue, book, operation)) changed.add(id);
      history.push(operation);
    }
    for (const id of changed) {
      const item = catalogue.items.get(id);
      if (item && !isUnit(item)) bookkeeping.settle(catalogue, book, item);
    }
    look(moment(operations));
  };

  look(moment([]));
  for (const each of story) {
    if ('edit' in each) edit(each);
    else transact(world.happen(each, [...ids]));
  }
  transact(world.settleDown());
  for (const [id, state] of world.states) expectSame(book.states.get(id) ?? UNTOUCHED, state);
  return moment([]);
}

function unitIds(catalogue: Catalogue): string[] {
  return catalogue.units.flatMap((unit) => unit.ids);
}
