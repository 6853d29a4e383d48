import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { DatabaseConnection, Dialect, SqliteDatabase } from 'kysely';
import { DatabaseUnavailable, isUnavailable, LOCK_TIMEOUT, runSync } from './database.ts';
import type { AnyKysely, Database, Row, Statement } from './database.ts';

/**
 * Progress in an SQLite file, or in `:memory:`.
 *
 * The file and its folder are made at first use, so importing a module that says
 * `sqlite('data/progress.db')` touches no disk. Several processes of one machine may share it.
 */
export function sqlite(path: string): Database {
  let opened: DatabaseSync | undefined;
  const open = () => (opened ??= openFile(path));
  return overConnection(open, () => {
    if (opened?.isOpen) opened.close();
  });
}

/** Progress in an SQLite connection that its owner opened and closes. */
export function sqliteConnection(connection: DatabaseSync): Database {
  let ready = false;
  const open = () => {
    if (!ready) connection.exec(PROMISES);
    ready = true;
    return connection;
  };
  return overConnection(open, () => undefined);
}

/** What the library relies on, whoever opened the connection. */
const PROMISES = 'pragma foreign_keys = on; pragma synchronous = full;';

function openFile(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const connection = new DatabaseSync(path, { timeout: LOCK_TIMEOUT });
  connection.exec(PROMISES);
  useWriteAheadLog(connection);
  return connection;
}

/** The first switch of a new file is refused at once while another process is at it too. */
function useWriteAheadLog(connection: DatabaseSync): void {
  const deadline = Date.now() + LOCK_TIMEOUT;
  for (;;) {
    try {
      connection.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (!isUnavailable(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function overConnection(open: () => DatabaseSync, close: () => void): Database {
  const kysely: AnyKysely = new Kysely({ dialect: dialectOver(open) });
  const execute = executor(open);

  return {
    dialect: 'sqlite',
    kysely,
    read: async (script) => {
      // Between turns of the event loop only a transaction of Kysely's can be open here, and what
      // it has not committed is nobody's to read.
      if (!open().isTransaction) return runSync(script(), execute);
      return kysely.connection().execute(async () => {
        await untilIdle(open());
        return runSync(script(), execute);
      });
    },
    write: (script) =>
      kysely.connection().execute(async () => {
        const connection = open();
        await untilIdle(connection);
        connection.exec('begin immediate');
        try {
          const result = runSync(script(), execute);
          connection.exec('commit');
          return result;
        } catch (error) {
          // A full disk or an I/O error may have rolled back already.
          if (connection.isTransaction) connection.exec('rollback');
          throw error;
        }
      }),
    close: () => Promise.resolve(close()),
  };
}

/** Waits for a transaction that somebody opened past our Kysely, on a connection handed in. */
async function untilIdle(connection: DatabaseSync): Promise<void> {
  const deadline = Date.now() + LOCK_TIMEOUT;
  while (connection.isTransaction) {
    if (Date.now() > deadline) throw new DatabaseUnavailable('Its connection is kept busy.');
    await pause(1);
  }
}

/** Runs statements, each named one prepared once per connection. */
function executor(open: () => DatabaseSync): (statement: Statement) => readonly Row[] {
  const kept = new Map<string, StatementSync>();
  return ({ name, sql, parameters }) => {
    let prepared = kept.get(name);
    if (!prepared) {
      prepared = open().prepare(sql);
      if (name !== '') kept.set(name, prepared);
    }
    return prepared.all(...(parameters as SQLInputValue[]));
  };
}

/** Kysely's own dialect for SQLite, on our connection. */
function dialectOver(open: () => DatabaseSync): Dialect {
  const database = () => Promise.resolve(forKysely(open()));
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateDriver({ database }),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * Takes the lock when a transaction begins. One that begins by reading, as Kysely's do otherwise, is
 * refused at its first write, and at once, when another process has written in between.
 */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** Kysely's driver was written for better-sqlite3: it asks for `reader` and passes lists. */
function forKysely(connection: DatabaseSync): SqliteDatabase {
  return {
    close: () => connection.close(),
    prepare: (sql) => {
      const statement = connection.prepare(sql);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}
