import type { Kysely } from 'kysely';

/** One row as a driver gives it, by column. */
export type Row = Record<string, unknown>;

/** One SQL statement, compiled once, with this call's parameters. */
export interface Statement {
  /** Drivers keep a prepared statement under it; `''` is run once and not kept. */
  readonly name: string;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * A piece of database work: yields statements, is sent their rows, returns a value.
 *
 * It never awaits, so SQLite runs it within one turn of the event loop, and PostgreSQL awaits each
 * statement. A statement that fails throws into the script, where it was yielded.
 */
export type Script<T> = Generator<Statement, T, readonly Row[]>;

/** A Kysely over whatever tables its owner has: it is invariant in them, so they stay open. */
export type AnyKysely = Kysely<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- said above

/** A database that holds progress: SQLite or PostgreSQL. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** For cold queries, and for what else shares the database (accounts). Without plugins. */
  readonly kysely: AnyKysely;
  /**
   * Runs a script that only reads, outside any transaction: each of its statements sees what was
   * committed when it began.
   */
  read<T>(script: () => Script<T>): Promise<T>;
  /**
   * Runs a script as ONE durable transaction: what it returned has survived a power cut, and when
   * it throws nothing of it remains. After a deadlock the script runs again, up to three times, so
   * it has no side effects of its own. Waits at most 5 s for a lock (see `isUnavailable`).
   *
   * Not to be awaited within a transaction of the same Kysely: SQLite has one connection, and it
   * would wait for itself.
   */
  write<T>(script: () => Script<T>): Promise<T>;
  /** Closes what was opened here; a connection or pool that was handed in stays its owner's. */
  close(): Promise<void>;
}

/** Thrown when there is no way to the database; the driver's own error is its cause. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** How long a transaction waits for another one's lock, in milliseconds. */
export const LOCK_TIMEOUT = 5000;

/** Runs a script against a driver that answers at once. */
export function runSync<T>(
  script: Script<T>,
  execute: (statement: Statement) => readonly Row[],
): T {
  let step = script.next();
  while (!step.done) {
    let rows: readonly Row[];
    try {
      rows = execute(step.value);
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(rows);
  }
  return step.value;
}

/** Runs a script against a driver that has to be awaited. */
export async function runAsync<T>(
  script: Script<T>,
  execute: (statement: Statement) => Promise<readonly Row[]>,
): Promise<T> {
  let step = script.next();
  while (!step.done) {
    let rows: readonly Row[];
    try {
      rows = await execute(step.value);
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(rows);
  }
  return step.value;
}

/** Runs a transaction again when it lost to another one: up to three times, then it throws. */
export async function retried<T>(transaction: () => Promise<T>): Promise<T> {
  for (let again = 3; ; again--) {
    try {
      return await transaction();
    } catch (error) {
      if (again === 0 || !LOST_TO_ANOTHER.has(codeOf(error))) throw error;
    }
  }
}

/**
 * Says whether the database takes no work now and may later: locked, full, read-only, broken disk,
 * unreachable, shutting down. The API answers it with 503, and nothing was acknowledged.
 */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  return (
    error instanceof DatabaseUnavailable ||
    (typeof code === 'number' && UNAVAILABLE_SQLITE.has(code & 0xff)) ||
    (typeof code === 'string' && (UNAVAILABLE_POSTGRES.test(code) || LOST_TO_ANOTHER.has(code)))
  );
}

/** Says whether a write named a user that the users table does not hold (any more). */
export function isMissingUser(error: unknown): boolean {
  const code = codeOf(error);
  return code === SQLITE_CONSTRAINT_FOREIGNKEY || code === '23503';
}

/** PostgreSQL: serialization_failure, deadlock_detected. */
const LOST_TO_ANOTHER: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/** BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL. */
const UNAVAILABLE_SQLITE: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 13, 14, 15]);

const SQLITE_CONSTRAINT_FOREIGNKEY = 787;

/**
 * Connection lost (08), resources or disk used up (53), cancelled or shutting down (57), I/O error
 * (58), read-only (25006), lock not granted in time (55P03), and the network's own codes.
 */
const UNAVAILABLE_POSTGRES =
  /^(08...|53...|57...|58...|25006|55P03|E(CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN))$/;

/** SQLite's extended result code as a number, PostgreSQL's SQLSTATE or Node's code as text. */
function codeOf(error: unknown): number | string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode, code } = error as { errcode?: number; code?: string };
  return errcode ?? code;
}
