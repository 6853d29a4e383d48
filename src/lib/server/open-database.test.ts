import { DatabaseSync } from 'node:sqlite';
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startPostgres } from '../../../tests/support/postgres.ts';
import type { TestPostgres } from '../../../tests/support/postgres.ts';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** Asks for what only one of the two can answer. */
const version = (database: Database) =>
  database.write(function* () {
    const sql = { sqlite: 'select sqlite_version() as v', postgres: 'show server_version_num' };
    const [row] = yield { name: '', sql: sql[database.dialect], parameters: [] };
    return Object.values(row!)[0];
  });

describe('opening what an adopter has', () => {
  test('a database of ours is itself', () => {
    const database = sqlite(':memory:');
    expect(openDatabase(database)).toBe(database);
  });

  test('a connection of node:sqlite', async () => {
    const connection = new DatabaseSync(':memory:');
    const database = openDatabase(connection);
    expect(await version(database)).toMatch(/^3\./);
    await database.close();
    connection.close();
  });

  test('a pool of pg, which stays open', async () => {
    const pool = new pg.Pool({ connectionString: await server.createDatabase() });
    const database = openDatabase(pool);
    expect(await version(database)).toMatch(/^1\d{5}$/);
    await database.close();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test('a Kysely, which stays open, whatever its plugins do to names', async () => {
    const pool = new pg.Pool({ connectionString: await server.createDatabase() });
    const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) }).withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: () => Promise.reject(new Error('was asked')),
    });
    const database = openDatabase(kysely);
    expect(await version(database)).toMatch(/^1\d{5}$/);
    await database.close();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test('a Kysely is known by the SQL that it writes', () => {
    const database = () => Promise.reject(new Error('never opened'));
    expect(openDatabase(new Kysely({ dialect: new SqliteDialect({ database }) })).dialect).toBe(
      'sqlite',
    );
    const mysql = new Kysely({ dialect: new MysqlDialect({ pool: database }) });
    expect(() => openDatabase(mysql)).toThrow('Progress is kept in SQLite or PostgreSQL');
  });

  test('without the package pg an address says what to install', async () => {
    vi.doMock('pg', () => {
      throw new Error('Cannot find package');
    });
    const database = postgres('postgres://127.0.0.1:1/none');
    await expect(version(database)).rejects.toThrow('npm install pg');
    vi.doUnmock('pg');
  });
});
