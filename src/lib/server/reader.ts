import type {
  Book,
  Catalogue,
  Change,
  Item,
  ListQuery,
  ProgressRecord,
  RollUp,
} from '../core/index.ts';
import { ancestorsOf, createBook, isBlank, isFresh, isUnit, walk } from '../core/index.ts';
import type { Cursor } from './cursor.ts';
import type { Database, Script } from './database.ts';
import type { Ledger } from './ledger.ts';
import { openLedger, recordOf } from './ledger.ts';
import { lateAttempts } from './late-attempts.ts';
import type { Queries } from './queries.ts';
import type { OperationRow, ProgressRow } from './schema.ts';

/** Most stored rows in one answer of a sync. */
const PAGE = 200;

/** Reads what is kept of one learner at a time. */
export interface Reader {
  /**
   * Names what is kept of the learner now: another text after every change, and never one that
   * stood for anything else before, not even after everything was erased.
   */
  version(userId: string): Promise<string>;
  /** The learner's book, as of one moment: what summaries are made of. */
  book(userId: string): Promise<Book>;
  /** All that is kept, as of one moment. */
  ledger(userId: string): Promise<Ledger>;
  /** The record of one item and the learner's revision, read no wider than needed. */
  record(
    userId: string,
    place: { catalogue: Catalogue; item: Item },
  ): Promise<{ record: ProgressRecord; revision: number }>;
  /**
   * Says whether a cursor lies in what the learner has done. One that does not is from before
   * everything was erased, or from before the database was restored from an older copy.
   */
  reaches(userId: string, cursor: Cursor): Promise<boolean>;
  /** The rows that changed since a cursor, oldest change first. */
  changes(
    userId: string,
    since: { catalogue: Catalogue; cursor: Cursor },
  ): Promise<{ changes: Change[]; cursor: Cursor; more: boolean }>;
  /** See `lateAttempts`. */
  lateAttempts(userId: string, catalogue: Catalogue): Promise<OperationRow[]>;
  /** The highest seq accepted of a device; 0 for a new one. */
  lastSeq(userId: string, deviceId: string): Promise<number>;
}

/** Makes a reader. It keeps nothing: every answer is what the database holds now. */
export function createReader(database: Database, queries: Queries): Reader {
  const ledger = async (userId: string) => {
    const { revision, rows } = await database.read(() => queries.learnerRows(userId));
    return openLedger(userId, revision, { rows, whole: true });
  };
  return {
    ledger,

    version: async (userId) => {
      const { revision, rowId } = await database.read(() => queries.learnerVersion(userId));
      return rowId === null ? `${revision}` : `${revision}-${rowId}`;
    },

    book: async (userId) => {
      const rows = await database.read(() => queries.learnerStates(userId));
      return createBook(
        rows.flatMap(([id, state]) => (state ? [[id, state]] : [])),
        rows.flatMap(([id, , rollUp]) => (rollUp ? [[id, rollUp]] : [])),
      );
    },

    record: async (userId, { catalogue, item }) => {
      const narrow = await database.read(() => narrowLedger(queries, userId, item));
      const stored = narrow.book.rollUps.get(item.id);
      const sufficient = isUnit(item) || isFresh(item, stored);
      const read = sufficient ? narrow : await ledger(userId);
      return { record: recordOf(catalogue, read, item), revision: read.revision };
    },

    reaches: async (userId, { revision }) => {
      const learner = await database.read(() => queries.learner(userId));
      return revision <= (learner?.revision ?? 0);
    },

    changes: async (userId, { catalogue, cursor }) => {
      const rows = await database.read(() => queries.changedRows(userId, cursor, PAGE + 1));
      const page = rows.slice(0, PAGE);
      const read = page.every((row) => speaksForItem(catalogue, row))
        ? openLedger(userId, 0, { rows: page, whole: false })
        : await ledger(userId);
      const last = page.at(-1);
      return {
        changes: page.flatMap((row) => changeOf(catalogue, read, row)),
        cursor: last ? { revision: last.revision, contentId: last.contentId } : cursor,
        more: rows.length > PAGE,
      };
    },

    lateAttempts: (userId, catalogue) =>
      database.read(() => lateAttempts(queries, userId, catalogue)),

    lastSeq: async (userId, deviceId) => {
      const devices = await database.read(() => queries.devices([{ userId, deviceId }]));
      return devices[0]?.lastSeq ?? 0;
    },
  };
}

/** The records of all items that the learner has touched, by content id, as the query asks. */
export function listRecords(
  catalogue: Catalogue,
  ledger: Ledger,
  query: ListQuery,
): { progress: ProgressRecord[]; next?: string } {
  const { contentType, status, after, limit = Infinity } = query;
  const records = touchedItems(catalogue, ledger)
    .filter((item) => contentType === undefined || item.type === contentType)
    .filter((item) => after === undefined || byCodePoint(item.id, after) > 0)
    .sort((a, b) => byCodePoint(a.id, b.id))
    .map((item) => recordOf(catalogue, ledger, item))
    .filter((record) => status === undefined || record.status === status);
  const progress = records.slice(0, limit);
  const last = progress.at(-1);
  return { progress, ...(records.length > progress.length && last && { next: last.contentId }) };
}

/** The rows below some items as a device gets them: what it needs to show and to join. */
export function changesIn(catalogue: Catalogue, ledger: Ledger, items: readonly Item[]): Change[] {
  return [...walk(items)]
    .flatMap((item) => item.ids)
    .flatMap((id) => ledger.rows.get(id) ?? [])
    .flatMap((row) => changeOf(catalogue, ledger, row));
}

/** Items with anything stored on them or below them. */
function touchedItems(catalogue: Catalogue, ledger: Ledger): Item[] {
  const touched = new Set<Item>();
  for (const [id, state] of ledger.book.states) {
    const item = catalogue.items.get(id);
    if (!item) continue;
    if (isBlank(state) && state.lastAccessed === null) continue;
    touched.add(item);
    for (const ancestor of ancestorsOf(item)) touched.add(ancestor);
  }
  for (const id of ledger.book.rollUps.keys()) {
    const item = catalogue.items.get(id);
    if (item) touched.add(item);
  }
  return [...touched];
}

function* narrowLedger(queries: Queries, userId: string, item: Item): Script<Ledger> {
  const rows = yield* queries.rows(item.ids.map((contentId) => ({ userId, contentId })));
  const learner = yield* queries.learner(userId);
  return openLedger(userId, learner?.revision ?? 0, { rows, whole: false });
}

/** Says whether a row is all that its item's record is made of, as the content is now. */
function speaksForItem(catalogue: Catalogue, { contentId, rollUp }: ProgressRow): boolean {
  const item = catalogue.items.get(contentId);
  if (!item) return true;
  if (item.ids.length > 1) return false;
  return isUnit(item) || isFresh(item, (rollUp ?? undefined) as RollUp | undefined);
}

/** A stored row as a device gets it; none when the catalogue does not hold its item. */
function changeOf(catalogue: Catalogue, ledger: Ledger, row: ProgressRow): Change[] {
  const item = catalogue.items.get(row.contentId);
  if (!item) return [];
  const record = { ...recordOf(catalogue, ledger, item), contentId: row.contentId };
  const state = ledger.book.states.get(row.contentId);
  const rollUp = ledger.book.rollUps.get(row.contentId);
  return [
    {
      record: { ...record, id: row.id, revision: row.revision },
      ...(state && { state }),
      ...(!isUnit(item) && rollUp && { rollUp }),
    },
  ];
}

/** Orders ids as both databases do: by code point. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
