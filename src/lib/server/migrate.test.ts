import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseKind } from '../../../tests/support/databases.ts';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Database, Row, Script } from './database.ts';
import { migrate } from './migrate.ts';
import { createUsers } from './queries.testing.ts';
import type { UsersTable } from './schema.ts';

const USERS: UsersTable = { table: 'users', key: 'id', type: 'text' };

const TABLES = [
  'certificates',
  'progress_devices',
  'progress_learners',
  'progress_operations',
  'progress_schema',
  'user_progress',
];

withDatabases((kind) => {
  test('makes the tables once, however often and from wherever it runs', async () => {
    const place = await kind.create();
    const databases = [1, 2, 3].map(() => place.connect());
    const [database] = databases as [Database];
    await createUsers(database, USERS);
    await Promise.all(databases.map((each) => migrate(each, USERS)));
    const made = await schemaOf(database);
    expect(tablesIn(made)).toEqual(TABLES);
    await migrate(database, USERS);
    expect(await schemaOf(database)).toEqual(made);
    expect(await database.read(() => run('select version from progress_schema'))).toHaveLength(1);
  });

  test('refuses a database that a newer program has migrated, and leaves it alone', async () => {
    const database = await kind.open();
    await createUsers(database, USERS);
    await migrate(database, USERS);
    const made = await schemaOf(database);
    await database.write(() => run('update progress_schema set version = 99'));
    await expect(migrate(database, USERS)).rejects.toThrow(
      /^The tables of progress are at version 99, and this program knows them up to \d+: run the newer program\.$/,
    );
    expect(await schemaOf(database)).toEqual(made);
  });

  describe('on users of the site', () => {
    let database: Database;
    beforeAll(async () => {
      database = await kind.open();
    });
    afterEach(async () => {
      for (const table of [...TABLES, 'users', 'people', 'The people']) {
        await database.kysely.schema.dropTable(table).ifExists().execute();
      }
    });

    describe('refuses a users table to which progress cannot refer:', () => {
      test.each([
        {
          what: 'none',
          make: 'create table people (id text primary key)',
          says: 'There is no table "users" for users: run its migrations before those of progress, or name the right one in the setting users.table.',
        },
        {
          what: 'without the key',
          make: 'create table users (user_id text primary key)',
          says: 'The table "users" has no column "id": name its primary key in the setting users.key.',
        },
        {
          what: 'with a number for a key',
          make: 'create table users (id integer primary key)',
          says: 'The column "id" of "users" is of type integer, but the setting users.type says text: let it say what the column is (text, uuid or integer).',
        },
        {
          what: 'with a key that is not unique',
          make: 'create table users (id text not null, name text primary key)',
          says: 'The column "id" of "users" is not unique: name the primary key in the setting users.key.',
        },
        {
          what: 'with a key of two columns',
          make: 'create table users (id text, realm text, primary key (id, realm))',
          says: 'The column "id" of "users" is not unique',
        },
      ])('$what', async ({ make, says }) => {
        await database.write(() => run(make));
        const before = await schemaOf(database);
        await expect(migrate(database, USERS)).rejects.toThrow(says);
        expect(await schemaOf(database)).toEqual(before);
      });

      test.each([
        { column: 'text primary key', type: 'integer' },
        { column: 'varchar(36) primary key', type: 'integer' },
        { column: 'bigint primary key', type: 'uuid' },
        { column: 'boolean primary key', type: 'text' },
      ] as const)('$column for $type', async ({ column, type }) => {
        await database.write(() => run(`create table users (id ${column})`));
        await expect(migrate(database, { ...USERS, type })).rejects.toThrow(`says ${type}`);
      });
    });

    test.each([
      { column: 'varchar(36) primary key', type: 'text' },
      { column: 'varchar(36) not null unique', type: 'text' },
      { column: 'bigint primary key', type: 'integer' },
      { column: 'smallint primary key', type: 'integer' },
      { column: 'uuid primary key', type: 'uuid' },
    ] as const)('refers to a key that is $column', async ({ column, type }) => {
      const users: UsersTable = { table: 'The people', key: 'Their id', type };
      await database.write(() => run(`create table "The people" ("Their id" ${column})`));
      await migrate(database, users);
      const orphan = database.write(() =>
        run(`insert into progress_learners (user_id, revision) values (${SAMPLE[type]}, 0)`),
      );
      await expect(orphan).rejects.toThrow(/foreign key/i);
      await database.write(() => run(`insert into "The people" values (${SAMPLE[type]})`));
      await database.write(() =>
        run(`insert into progress_learners (user_id, revision) values (${SAMPLE[type]}, 0)`),
      );
    });
  });

  if (kind.name !== 'SQLite in memory') inProcesses(kind);
  if (kind.dialect === 'postgres') inPostgres(kind);
});

const SAMPLE = { text: `'ann'`, integer: '7', uuid: `'0e37df36-f698-11e6-8dd4-cb9ced3df976'` };

/** What only processes can show: they start together, and die. */
function inProcesses(kind: DatabaseKind): void {
  test('programs that start together on an empty database wait for one another', async () => {
    const place = await kind.create();
    await createUsers(place.connect(), USERS);
    const said = await Promise.all([1, 2, 3].map(() => start(place.address).said));
    expect(said).toEqual(['migrated', 'migrated', 'migrated']);
    expect(tablesIn(await schemaOf(place.connect()))).toEqual(TABLES);
  });

  test.each([
    { when: 'before the first table', after: 5 },
    { when: 'with half of the tables made', after: 9 },
    { when: 'with nothing left but the commit', after: 1000 },
  ])('killed $when, it leaves what was there', async ({ after }) => {
    const place = await kind.create();
    const database = place.connect();
    await createUsers(database, USERS, ['ann']);
    const before = await schemaOf(database);

    const program = start(place.address, after);
    expect(await program.said).toBe('stopped');
    expect(await isInTransaction(kind, { address: place.address, database })).toBe(true);
    expect(await program.kill()).toBe('SIGKILL');

    expect(await schemaOf(database)).toEqual(before);
    await migrate(database, USERS);
    expect(tablesIn(await schemaOf(database))).toEqual(TABLES);
    expect(await database.read(() => run('select id from users'))).toEqual([{ id: 'ann' }]);
  });
}

function inPostgres(kind: DatabaseKind): void {
  test('takes the collation of the key, so that its index serves when a user is deleted', async () => {
    const database = await kind.open();
    await database.write(() => run('create table users (id text collate "C" primary key)'));
    await migrate(database, USERS);
    const collations = await database.read(() =>
      run(`select distinct c.collname as name from pg_attribute a
        join pg_collation c on c.oid = a.attcollation
        where a.attname = 'user_id' and a.attrelid::regclass::text in
          ('user_progress', 'progress_learners', 'progress_operations', 'certificates')`),
    );
    expect(collations).toEqual([{ name: 'C' }]);
  });

  test('finds users in a schema of their own', async () => {
    const database = await kind.open();
    await sql`create schema auth`.execute(database.kysely);
    await sql`create table auth.users (id uuid primary key)`.execute(database.kysely);
    await migrate(database, { table: 'auth.users', key: 'id', type: 'uuid' });
    await expect(migrate(database, USERS)).rejects.toThrow('There is no table "users"');
  });
}

interface Program {
  /** The first line that it says. */
  said: Promise<string>;
  /** Kills it at once, and gives the signal by which it ended. */
  kill(): Promise<string | null>;
}

function start(address: string, after?: number): Program {
  const program = fileURLToPath(new URL('../../../tests/support/migrate.ts', import.meta.url));
  const args = [program, address, ...(after === undefined ? [] : [String(after)])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  return {
    said: new Promise((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new Error('It ended without a word.')));
    }),
    kill: async () => {
      const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
      child.kill('SIGKILL');
      const [, signal] = await ended;
      return signal;
    },
  };
}

/** Whether another process holds a transaction open on the database. */
async function isInTransaction(
  { dialect }: DatabaseKind,
  { address, database }: { address: string; database: Database },
): Promise<boolean> {
  if (dialect === 'postgres') {
    const found = await database.read(() =>
      run(`select pid from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction'`),
    );
    return found.length === 1;
  }
  const other = new DatabaseSync(address, { timeout: 0 });
  try {
    other.exec('begin immediate');
    return false;
  } catch (error) {
    return (error as { errcode?: number }).errcode === 5;
  } finally {
    other.close();
  }
}

/** Every column, check, key and index that there is, as text. */
async function schemaOf(database: Database): Promise<string[]> {
  const rows = await database.read(() =>
    run(
      database.dialect === 'sqlite'
        ? `select type, tbl_name as "table", coalesce(sql, name) as text from sqlite_schema`
        : `select 'table' as type, table_name as "table",
             column_name || data_type || is_nullable as text
           from information_schema.columns where table_schema = current_schema
           union all
           select 'constraint', conrelid::regclass::text, conname || pg_get_constraintdef(oid)
           from pg_constraint where connamespace = current_schema::regnamespace
           union all
           select 'index', tablename, indexdef from pg_indexes where schemaname = current_schema`,
    ),
  );
  return rows
    .map((row) => `${String(row['table'])} ${String(row['type'])} ${String(row['text'])}`)
    .sort();
}

function tablesIn(schema: string[]): string[] {
  const tables = schema.flatMap((line) => /^(\w+) table /.exec(line)?.[1] ?? []);
  return [...new Set(tables)].filter((table) => table !== 'users').sort();
}

function* run(statement: string): Script<readonly Row[]> {
  return yield { name: '', sql: statement, parameters: [] };
}
