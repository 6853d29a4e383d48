import type { Book, Catalogue, Item, ItemState, ProgressRecord, RollUp } from '../core/index.ts';
import {
  createBook,
  isUnit,
  progressOf,
  recount,
  rollUpOf,
  toIso,
  toRecord,
  unitProgress,
  UNTOUCHED,
  walk,
} from '../core/index.ts';
import type { ProgressRow } from './schema.ts';

/** One learner's stored rows, and the book that they make. */
export interface Ledger {
  readonly userId: string;
  revision: number;
  readonly rows: Map<string, ProgressRow>;
  readonly book: Book;
  /** All rows of the learner are here, so anything may be counted. */
  whole: boolean;
}

/** Opens a ledger on the rows that were read. */
export function openLedger(
  userId: string,
  revision: number,
  read: { rows: readonly ProgressRow[]; whole: boolean },
): Ledger {
  const ledger = { userId, revision, rows: new Map(), book: createBook(), whole: false };
  addRows(ledger, read.rows);
  return { ...ledger, whole: read.whole };
}

/** Adds rows that were read later; what the ledger has already stays. */
export function addRows(ledger: Ledger, rows: readonly ProgressRow[]): void {
  for (const row of rows) {
    if (ledger.rows.has(row.contentId)) continue;
    ledger.rows.set(row.contentId, row);
    if (row.state) ledger.book.states.set(row.contentId, row.state as ItemState);
    if (row.rollUp) ledger.book.rollUps.set(row.contentId, row.rollUp as RollUp);
  }
}

/**
 * Brings a whole ledger to another catalogue, before anything is written under it. From then on a
 * container without a row is one in which nothing was begun.
 *
 * Says which content ids have another roll-up now.
 */
export function bringTo(catalogue: Catalogue, { book }: Ledger): string[] {
  const known = new Set(book.rollUps.keys());
  const changed = recount(catalogue, book);
  for (const item of walk(catalogue.roots)) {
    if (isUnit(item) || known.has(item.id)) continue;
    const { begun, mark } = rollUpOf(catalogue, book, item);
    if (begun > 0 || mark) changed.push(item.id);
  }
  return changed;
}

/** The record of an item as the API shows it. */
export function recordOf(catalogue: Catalogue, ledger: Ledger, item: Item): ProgressRecord {
  const rows = item.ids.flatMap((id) => ledger.rows.get(id) ?? []);
  return toRecord(
    {
      id: ledger.rows.get(item.id)?.id ?? rows[0]?.id ?? null,
      userId: ledger.userId,
      contentId: item.id,
      contentType: item.type,
      revision: Math.max(0, ...rows.map((row) => row.revision)),
    },
    progressOf(catalogue, ledger.book, item),
  );
}

/** What a row is stored with besides what the book says. */
export interface Projection {
  now: string;
  revision: number;
  newId: () => string;
}

/**
 * Writes a content id's row anew from the book. Its columns are a projection of state and
 * catalogue, which can be made again at any time.
 */
export function projectRow(
  catalogue: Catalogue,
  ledger: Ledger,
  target: { contentId: string } & Projection,
): ProgressRow {
  const { contentId, now, revision, newId } = target;
  const item = catalogue.items.get(contentId);
  const known = ledger.rows.get(contentId);
  const state = ledger.book.states.get(contentId) ?? null;
  const isItself = item?.id === contentId;
  const progress = isItself
    ? progressOf(catalogue, ledger.book, item)
    : unitProgress(item, [state ?? UNTOUCHED]);
  return {
    id: known?.id ?? newId(),
    userId: ledger.userId,
    contentId,
    contentType: item?.type ?? known?.contentType ?? null,
    status: progress.status,
    completedAt: toIso(progress.completedAt),
    startedAt: toIso(progress.startedAt),
    lastAccessedAt: toIso(progress.lastAccessedAt),
    completedBy: progress.completedBy,
    progressPercentage: progress.progressPercentage,
    score: progress.score,
    data: progress.data,
    timeSpentMs: progress.timeSpentMs,
    revision,
    state,
    // What is no container now keeps its sums and mark for the day it is one again.
    rollUp:
      isItself && !isUnit(item)
        ? rollUpOf(catalogue, ledger.book, item)
        : (ledger.book.rollUps.get(contentId) ?? null),
    updatedAt: now,
  };
}
