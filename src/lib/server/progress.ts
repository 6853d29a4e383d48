import type { RequestEvent } from '@sveltejs/kit';
import type { Catalogue, CourseSummary, Loaded, Overview, SyncResult } from '../core/index.ts';
import { createBook, isUnit, outlineOf, overviewOf, scopeOf, summarise } from '../core/index.ts';
import type { LoggedAttempt } from './attempts.ts';
import { attemptOf, eachOnce } from './attempts.ts';
import type { RecordedAct } from './acts.ts';
import { draftsOf } from './acts.ts';
import type { Calendar } from './calendar.ts';
import { createCalendar } from './calendar.ts';
import type { Certificate } from './certificates.ts';
import { isCertificateId, published } from './certificates.ts';
import { formatCursor } from './cursor.ts';
import type { DatabaseSource } from './open-database.ts';
import { openDatabase } from './open-database.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { createEndpoints } from './endpoints.ts';
import type { Grade } from './grading.ts';
import { withGrade } from './grading.ts';
import { openLedger } from './ledger.ts';
import { migrate } from './migrate.ts';
import { createNewId } from './new-id.ts';
import type { LearnerExport } from './queries.ts';
import { createQueries } from './queries.ts';
import { changesIn, createReader } from './reader.ts';
import type { UsersTable } from './schema.ts';
import { SERVER_DEVICE } from './transaction.ts';
import { createWriter } from './writer.ts';

/** How a site puts progress to work. */
export interface ProgressOptions {
  /** The content, or a function that gives it as it is now. */
  catalogue: Catalogue | (() => Catalogue | Promise<Catalogue>);
  /** Where progress is kept. */
  database: DatabaseSource;
  /**
   * The site's own users table; `{ table: 'users', key: 'id', type: 'text' }` when absent. Where it
   * says `name`, who completes a course is issued a certificate.
   */
  users?: UsersTable;
  /** The id of whoever made a request, or null. */
  identify: (event: RequestEvent) => string | null | Promise<string | null>;
  /** Whether one user may see another's progress; nobody may when absent. */
  canView?: (viewer: string, userId: string) => boolean | Promise<boolean>;
  /** Grades exercises that the catalogue marks as graded. */
  grade?: Grade;
  /** Told of every failure that is not the caller's; written to stderr when absent. */
  onError?: (error: unknown, traceId: string) => void;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
  /**
   * A fresh id for rows, attempts and certificates; 128 random bits when absent. It is of letters,
   * digits, `_` and `-`, and nobody can guess it: who knows a certificate's id may see it.
   */
  newId?: () => string;
}

/** Handlers for SvelteKit's routes, one line each: `export const POST = progress.handlers.update`. */
export type Handlers = {
  readonly [name in keyof Endpoints]: (event: RequestEvent) => Promise<Response>;
};

/** Progress on the server. */
export interface ProgressServer extends Calendar {
  readonly handlers: Handlers;
  /** The same endpoints for a server without SvelteKit: a request, and who made it. */
  readonly endpoints: Endpoints;
  /** The outline around an item and the learner's progress in it; of nobody, no progress. */
  load(userId: string | null, contentId: string): Promise<Loaded>;
  /**
   * Records what a learner did, as of now: the one way in for form actions. On a container it goes to
   * every unit below; answers that the server grades are graded. Resolves when it has survived a power
   * cut, with what became of each operation: `no_attempts_left` is rejected.
   *
   * @throws Error for a content id that the catalogue does not hold.
   */
  record(userId: string, acts: readonly RecordedAct[]): Promise<SyncResult[]>;
  /** A learner's attempts at an exercise, the latest first: at most 100, or as many as it allows. */
  attempts(userId: string, contentId: string): Promise<LoggedAttempt[]>;
  summary(userId: string, courseId: string): Promise<CourseSummary>;
  /** Everything at a glance; of nobody, all untouched. */
  overview(userId: string | null): Promise<Overview>;
  /** What anybody may see who has a certificate's id; null when there is none with it. */
  certificate(id: string): Promise<Certificate | null>;
  /** A learner's certificates, the latest first. */
  certificates(userId: string): Promise<Certificate[]>;
  /** All that is kept about a learner. */
  export(userId: string): Promise<LearnerExport>;
  /** Deletes all that is kept about a learner. */
  erase(userId: string): Promise<void>;
  /** Brings the tables up to date; call it at start, after the users table's own migrations. */
  migrate(): Promise<void>;
  /** Resolves when the database has just taken a durable write; throws when it does not. */
  ready(): Promise<void>;
  /** Waits for what is being written, then closes the database if it was opened here. */
  close(): Promise<void>;
}

/** Most requests that wait to be written before more are refused. */
const QUEUE_CAPACITY = 10_000;

/** Most attempts that are read where an exercise allows no more than that. */
const MOST_ATTEMPTS = 100;

/**
 * Makes the server's side of progress.
 *
 * @example
 * export const progress = createProgressServer({
 *   catalogue: createCatalogue(content),
 *   database: sqlite('data/progress.db'),
 *   users: { table: 'users', key: 'id', type: 'text' },
 *   identify: (event) => event.locals.user?.id ?? null,
 * });
 */
export function createProgressServer(options: ProgressOptions): ProgressServer {
  const { now = Date.now, newId = createNewId(), grade } = options;
  const users = options.users ?? { table: 'users', key: 'id', type: 'text' };
  const database = openDatabase(options.database);
  const queries = createQueries(database, users);
  const reader = createReader(database, queries);
  const catalogue = async () =>
    typeof options.catalogue === 'function' ? options.catalogue() : options.catalogue;
  const writer = createWriter({
    database,
    queries,
    catalogue,
    now,
    newId,
    capacity: QUEUE_CAPACITY,
  });
  const endpoints = createEndpoints({
    catalogue,
    reader,
    writer,
    canView: options.canView ?? ((viewer, userId) => viewer === userId),
    grade,
    now,
    newId,
    onError: options.onError ?? report,
  });
  const handler = (endpoint: Endpoint) => async (event: RequestEvent) =>
    endpoint(event.request, await options.identify(event));

  const ledgerOf = (userId: string | null) =>
    userId === null
      ? Promise.resolve(openLedger('', 0, { rows: [], whole: true }))
      : reader.ledger(userId);

  return {
    ...createCalendar({ database, users, queries, now }),
    endpoints,
    handlers: {
      update: handler(endpoints.update),
      list: handler(endpoints.list),
      content: handler(endpoints.content),
      courseSummary: handler(endpoints.courseSummary),
      sync: handler(endpoints.sync),
      openapi: handler(endpoints.openapi),
    },

    load: async (userId, contentId) => {
      const current = await catalogue();
      const item = known(current, contentId);
      const ledger = await ledgerOf(userId);
      return {
        user: userId,
        outline: outlineOf(current, item),
        changes: changesIn(current, ledger, scopeOf(current, item)),
        cursor: userId === null ? null : cursorAfter(ledger.revision, current),
      };
    },

    record: async (userId, acts) => {
      const current = await catalogue();
      const items = acts.map((act) => known(current, act.contentId));
      const graded = await Promise.all(
        acts.map((act) => withGrade({ catalogue: current, grade }, act)),
      );
      const at = now();
      return writer.write({
        userId,
        device: SERVER_DEVICE,
        touches: items.every(isUnit) ? items.map((item) => item.id) : 'all',
        drafts: function* (current, book) {
          for (const act of graded) {
            yield* draftsOf(current, book, { item: known(current, act.contentId), at, act });
          }
        },
        answer: ({ results }) => results,
      });
    },

    attempts: async (userId, contentId) => {
      const { ids, attempts = 0 } = known(await catalogue(), contentId);
      const most = Math.max(MOST_ATTEMPTS, attempts);
      const rows = await database.read(() => queries.attempts(userId, ids, most));
      return eachOnce(rows).map(attemptOf);
    },

    summary: async (userId, courseId) => {
      const current = await catalogue();
      return summarise(current, await reader.book(userId), known(current, courseId));
    },

    overview: async (userId) => {
      const book = userId === null ? createBook() : await reader.book(userId);
      return overviewOf(await catalogue(), book, userId);
    },
    certificate: async (id) => {
      if (!isCertificateId(id)) return null;
      const found = await database.read(() => queries.certificate(id));
      return found ? published(found) : null;
    },
    certificates: async (userId) => {
      const found = await database.read(() => queries.certificatesOf(userId));
      return found.sort((a, b) => b.issuedAt.localeCompare(a.issuedAt)).map(published);
    },
    export: (userId) => database.read(() => queries.exportAll(userId)),
    erase: (userId) => database.write(() => queries.erase(userId)),
    migrate: () => migrate(database, users),
    ready: () => database.write(() => queries.touch()),
    close: async () => {
      await writer.drain();
      await database.close();
    },
  };
}

function known(catalogue: Catalogue, contentId: string) {
  const item = catalogue.items.get(contentId);
  if (!item) throw new Error(`The catalogue holds no item "${contentId}".`);
  return item;
}

/** A cursor behind everything of a revision: no content id sorts after the highest code point. */
function cursorAfter(revision: number, catalogue: Catalogue): string {
  return formatCursor({ revision, contentId: '\u{10ffff}' }, catalogue.version);
}

function report(error: unknown, traceId: string): void {
  // eslint-disable-next-line no-console -- a failure must not vanish where the site names no onError
  console.error(`Progress request failed (${traceId}):`, error);
}
