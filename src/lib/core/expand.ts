import type { Book } from './book.ts';
import { progressOfUnit } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { countsIn, unitsOf } from './catalogue.ts';
import { isBlank, isCompleted, seenIn } from './item-state.ts';
import type { Act, CompletedBy } from './operation.ts';

/** An act and the content id it is for; its maker adds device, seq and time. */
export type AddressedAct = { contentId: string; epoch: number } & Act;

/**
 * What completing an item by hand comes to: one act per required unit that is not yet completed.
 * `open` lists the exercises that only the server's grading completes.
 */
export function completing(
  catalogue: Catalogue,
  book: Book,
  target: { item: Item; by: CompletedBy },
): { acts: AddressedAct[]; open: Item[] } {
  const { item, by } = target;
  const units = unitsOf(catalogue, item)
    .filter((unit) => countsIn(unit, item))
    .filter((unit) => progressOfUnit(book, unit).status !== 'completed');
  const acts = units
    .filter((unit) => !unit.graded)
    .map((unit) => ({
      contentId: unit.id,
      epoch: book.states.get(unit.id)?.epoch ?? 0,
      kind: 'completed' as const,
      by,
      version: unit.version ?? 1,
    }));
  return { acts, open: units.filter((unit) => unit.graded) };
}

/** What reopening an item comes to: the live completions of every id of every unit are cancelled. */
export function reopening(catalogue: Catalogue, book: Book, item: Item): AddressedAct[] {
  return touched(catalogue, book, item)
    .filter(({ state }) => isCompleted(state))
    .map(({ contentId, state }) => ({
      contentId,
      epoch: state.epoch,
      kind: 'reopened',
      seen: seenIn(state),
    }));
}

/** What starting an item again comes to: every id of every unit that was touched is restarted. */
export function restarting(catalogue: Catalogue, book: Book, item: Item): AddressedAct[] {
  return touched(catalogue, book, item)
    .filter(({ state }) => !isBlank(state))
    .map(({ contentId, state }) => ({ contentId, epoch: state.epoch, kind: 'restarted' }));
}

function touched(catalogue: Catalogue, book: Book, item: Item) {
  return unitsOf(catalogue, item).flatMap((unit) =>
    unit.ids.flatMap((contentId) => {
      const state = book.states.get(contentId);
      return state ? [{ contentId, state }] : [];
    }),
  );
}
