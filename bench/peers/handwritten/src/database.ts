// What a developer would set up by hand: Drizzle and better-auth on one SQLite file.
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { Kysely, SqliteDialect } from 'kysely';

const connection = new DatabaseSync(process.env['DATABASE_FILE'] ?? ':memory:');
connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;');
connection.exec(`create table if not exists user_progress (
  user_id text not null, content_id text not null, content_type text not null, status text not null,
  percentage integer not null, completed_at text, updated_at text not null,
  primary key (user_id, content_id)) without rowid`);

export const userProgress = sqliteTable(
  'user_progress',
  {
    userId: text('user_id').notNull(),
    contentId: text('content_id').notNull(),
    contentType: text('content_type').notNull(),
    status: text('status').notNull(),
    percentage: integer('percentage').notNull(),
    completedAt: text('completed_at'),
    updatedAt: text('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.contentId] })],
);

const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();

function prepare(sql: string) {
  const known = prepared.get(sql);
  if (known) return known;
  const statement = connection.prepare(sql);
  statement.setReturnArrays(true);
  prepared.set(sql, statement);
  return statement;
}

export const database = drizzle((sql, parameters, method) => {
  const statement = prepare(sql);
  if (method === 'run') {
    statement.run(...(parameters as string[]));
    return Promise.resolve({ rows: [] });
  }
  return Promise.resolve({
    rows: statement.all(...(parameters as string[])) as unknown as string[][],
  });
});

let last: Promise<unknown> = Promise.resolve();

/** One transaction after the other: they share a connection. */
export function transaction<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(async () => {
    connection.exec('begin immediate');
    try {
      const result = await work();
      connection.exec('commit');
      return result;
    } catch (error) {
      connection.exec('rollback');
      throw error;
    }
  });
  last = done.catch(() => undefined);
  return done;
}

const kysely = new Kysely({
  dialect: new SqliteDialect({
    database: {
      close: () => undefined,
      prepare: (sql) => {
        const statement = connection.prepare(sql);
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...(parameters as string[])),
          run: (parameters) => statement.run(...(parameters as string[])),
          iterate: (parameters) => statement.iterate(...(parameters as string[])),
        };
      },
    },
  }),
});

export const auth = betterAuth({
  database: { db: kysely, type: 'sqlite' },
  secret: 'a secret for measuring, used nowhere else',
  baseURL: process.env['ORIGIN'] ?? 'http://127.0.0.1',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
});

export const UNITS = Number(process.env['UNITS']);
