import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUnavailable } from './database.ts';
import type { AnyKysely, Database, Row, Script } from './database.ts';
import { sqlite, sqliteConnection } from './sqlite.ts';

let folder: string;
const open: Database[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-sqlite-'));
});
afterAll(async () => {
  for (const database of open) await database.close();
  await rm(folder, { recursive: true, force: true });
});

function opened(path: string): Database {
  const database = sqlite(path);
  open.push(database);
  return database;
}

describe('a file', () => {
  test('is made with its folder when it is first used, and not before', async () => {
    const path = join(folder, 'deep', 'er', 'progress.db');
    const database = opened(path);
    expect(existsSync(join(folder, 'deep'))).toBe(false);
    await database.read(() => run('select 1'));
    expect(existsSync(path)).toBe(true);
  });

  test('is written durably, and holds to its foreign keys', async () => {
    const settings = opened(join(folder, 'settings.db')).read(function* () {
      const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'];
      const values: unknown[] = [];
      for (const name of names) values.push(...Object.values((yield* run(`pragma ${name}`))[0]!));
      return values;
    });
    expect(await settings).toEqual(['wal', 2, 1, 5000]);
  });

  test('that is new waits for another process that makes it too', async () => {
    const path = join(folder, 'contended.db');
    const other = new Worker(MAKES_IT_TOO, { eval: true, workerData: path });
    await once(other, 'message');
    const tables = await opened(path).read(() => run('select name from sqlite_schema'));
    expect(tables).toEqual([{ name: 'theirs' }]);
    await once(other, 'exit');
  });

  test('may be closed twice, or without having been opened', async () => {
    const unused = sqlite(join(folder, 'unused.db'));
    await unused.close();
    expect(existsSync(join(folder, 'unused.db'))).toBe(false);
    const used = sqlite(join(folder, 'used.db'));
    await used.read(() => run('select 1'));
    await used.close();
    await used.close();
    await expect(used.read(() => run('select 1'))).rejects.toThrow();
  });
});

describe('a transaction of Kysely’s, such as a sign-up', () => {
  type Transact = (work: (own: AnyKysely) => Promise<void>) => Promise<unknown>;

  /** Reads, lets another process write, and writes: says what became of both. */
  async function readThenWrite(path: string, transact: Transact) {
    const other = new DatabaseSync(path, { timeout: 0 });
    let theirs: unknown = null;
    const own = await errorOf(
      transact(async (kysely) => {
        await sql`select * from counts`.execute(kysely);
        try {
          other.exec('insert into counts values (1)');
        } catch (error) {
          theirs = error;
        }
        await sql`insert into counts values (2)`.execute(kysely);
      }),
    );
    other.close();
    return { theirs, own };
  }

  test('is not refused its writes because another process wrote after it had read', async () => {
    const path = join(folder, 'immediate.db');
    const database = opened(path);
    const { kysely } = database;
    await database.write(() => run('create table counts (value integer)'));

    // As Kysely itself begins one: refused, and waiting would not have helped.
    const deferred: Transact = (work) =>
      kysely.connection().execute(async (own) => {
        await sql`begin`.execute(own);
        await work(own).finally(() => sql`rollback`.execute(own));
      });
    const lost = await readThenWrite(path, deferred);
    expect(lost).toMatchObject({ theirs: null, own: { errcode: SQLITE_BUSY_SNAPSHOT } });
    expect(isUnavailable(lost.own)).toBe(true);

    const kept = await readThenWrite(path, (work) => kysely.transaction().execute(work));
    expect(kept).toMatchObject({ theirs: { errcode: 5 }, own: undefined });
    const rows = await database.read(() => run('select value from counts order by value'));
    expect(rows).toEqual([{ value: 1 }, { value: 2 }]);
  });

  test('waits for another process that writes', async () => {
    const path = join(folder, 'waits.db');
    const database = opened(path);
    const other = new Worker(MAKES_IT_TOO, { eval: true, workerData: path });
    await once(other, 'message');
    const tables = sql`select name from sqlite_schema`;
    const seen = await database.kysely.transaction().execute((own) => tables.execute(own));
    expect(seen.rows).toEqual([{ name: 'theirs' }]);
    await once(other, 'exit');
  });
});

describe('is unavailable', () => {
  test('while another process writes for too long', async () => {
    const path = join(folder, 'locked.db');
    await opened(path).write(() => run('create table counts (value integer)'));
    const impatient = sqliteConnection(new DatabaseSync(path, { timeout: 10 }));
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const error = await errorOf(impatient.write(() => run('insert into counts values (1)')));
    expect(error).toMatchObject({ errcode: 5 });
    expect(isUnavailable(error)).toBe(true);
    expect(await impatient.read(() => run('select * from counts'))).toEqual([]);
    other.exec('commit');
    await impatient.write(() => run('insert into counts values (1)'));
    other.close();
  });

  test('while the disk is full: nothing is half written, reading goes on, writing comes back', async () => {
    const database = opened(join(folder, 'full.db'));
    await database.write(() => run('create table texts (value text)'));
    const fill = function* (): Script<void> {
      for (let i = 0; i < 100; i++) yield* run('insert into texts values (hex(zeroblob(5000)))');
    };
    await sql`pragma max_page_count = 20`.execute(database.kysely);
    const error = await errorOf(database.write(fill));
    expect(error).toMatchObject({ errcode: 13 });
    expect(isUnavailable(error)).toBe(true);
    const count = () => database.read(() => run('select count(*) as count from texts'));
    expect(await count()).toEqual([{ count: 0 }]);
    await sql`pragma max_page_count = 2000`.execute(database.kysely);
    await database.write(fill);
    expect(await count()).toEqual([{ count: 100 }]);
  });

  test('while it may only be read', async () => {
    const database = opened(join(folder, 'read-only.db'));
    await database.write(() => run('create table counts (value integer)'));
    await sql`pragma query_only = on`.execute(database.kysely);
    const error = await errorOf(database.write(() => run('insert into counts values (1)')));
    expect(error).toMatchObject({ errcode: 8 });
    expect(isUnavailable(error)).toBe(true);
    expect(await database.read(() => run('select * from counts'))).toEqual([]);
  });
});

describe('a connection that was handed in', () => {
  test('keeps the promises of ours, and stays open', async () => {
    const connection = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
    connection.exec('pragma synchronous = off');
    const database = sqliteConnection(connection);
    const [row] = await database.read(() =>
      run('select * from pragma_synchronous, pragma_foreign_keys'),
    );
    expect(Object.values(row!)).toEqual([2, 1]);
    await database.close();
    expect(connection.isOpen).toBe(true);
    connection.close();
  });

  test('is waited for while its owner has a transaction open', async () => {
    const connection = new DatabaseSync(':memory:');
    const database = sqliteConnection(connection);
    await database.write(() => run('create table counts (value integer)'));
    connection.exec('begin; insert into counts values (1)');
    const read = database.read(() => run('select * from counts'));
    const written = database.write(() => run('insert into counts values (2)'));
    await pause(20);
    connection.exec('rollback');
    expect(await read).toEqual([]);
    await written;
    expect(await database.read(() => run('select * from counts'))).toEqual([{ value: 2 }]);
    connection.close();
  });
});

/** Holds the lock of a new file for a moment. */
const MAKES_IT_TOO = `
  const { parentPort, workerData } = require('node:worker_threads');
  // Whoever tries to open it in the very moment of the commit holds that up.
  const connection = new (require('node:sqlite').DatabaseSync)(workerData, { timeout: 5000 });
  connection.exec('begin immediate; create table theirs (id)');
  parentPort.postMessage('locked');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  connection.exec('commit');
  connection.close();
`;

const SQLITE_BUSY_SNAPSHOT = 517;

function* run(statement: string): Script<readonly Row[]> {
  return yield { name: '', sql: statement, parameters: [] };
}

const errorOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
