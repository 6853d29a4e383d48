import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Pool, PoolClient } from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DatabaseKind, TestDatabase } from '../../../tests/support/databases.ts';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Database, Row, Script } from './database.ts';
import { DatabaseUnavailable, isMissingUser, isUnavailable, retried } from './database.ts';
import { viaKysely } from './kysely.ts';
import { postgres } from './postgres.ts';
import { ACCESSES } from './queries.testing.ts';

withDatabases((kind) => {
  describe.each(ACCESSES)('through %s', (access) => {
    let place: TestDatabase;
    let database: Database;
    const connect = () => {
      const own = place.connect();
      return access === 'its own driver' ? own : viaKysely(own.kysely);
    };

    beforeAll(async () => {
      place = await kind.create();
      database = connect();
      await database.kysely.schema
        .createTable('counts')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'integer', (column) => column.notNull())
        .execute();
    });

    beforeEach(async () => {
      await database.kysely.deleteFrom('counts').execute();
      await database.kysely.insertInto('counts').values({ name: 'a', value: 0 }).execute();
    });

    test('a script that throws leaves nothing, one that returns leaves everything', async () => {
      const failed = database.write(function* () {
        yield* run(`update counts set value = 7`);
        throw new Error('changed its mind');
      });
      await expect(failed).rejects.toThrow('changed its mind');
      expect(await valueOf(database)).toBe(0);
      const answer = await database.write(function* () {
        yield* run(`update counts set value = 8`);
        const [row] = yield* run(`select value from counts`);
        return row?.['value'];
      });
      expect([answer, await valueOf(database)]).toEqual([8, 8]);
    });

    test('a statement that fails throws where the script yielded it', async () => {
      const failed = database.write(function* () {
        yield* run(`update counts set value = 7`);
        try {
          yield* run(`select nonsense`);
        } catch (error) {
          throw new Error('as foreseen', { cause: error });
        }
      });
      await expect(failed).rejects.toThrow('as foreseen');
      expect(await valueOf(database)).toBe(0);
    });

    test('transactions run one after another', async () => {
      const add = function* (): Script<void> {
        // PostgreSQL: what is read here must be what the last one wrote.
        const lock = kind.dialect === 'postgres' ? 'for update' : '';
        const [row] = yield* run(`select value from counts ${lock}`);
        yield* run(`update counts set value = ${Number(row?.['value']) + 1}`);
      };
      await Promise.all(Array.from({ length: 20 }, () => database.write(add)));
      expect(await valueOf(database)).toBe(20);
    });

    test('what others do meanwhile on the same Kysely is neither read early nor mixed in', async () => {
      const ours = function* (): Script<void> {
        yield* run(`insert into counts values ('ours', 1)`);
      };
      let seen: Promise<unknown[]> | undefined;
      let written: Promise<void> | undefined;
      await database.kysely.transaction().execute(async (transaction) => {
        await transaction.insertInto('counts').values({ name: 'theirs', value: 1 }).execute();
        seen = database.read(namesOf);
        // SQLite has one connection: there the read waits for the end of their transaction.
        await (kind.dialect === 'sqlite' ? pause(20) : seen);
        written = database.write(ours);
        await pause(20);
        await transaction
          .updateTable('counts')
          .set({ value: 2 })
          .where('name', '=', 'theirs')
          .execute();
      });
      expect(await seen).toEqual(kind.dialect === 'sqlite' ? ['a', 'theirs'] : ['a']);
      await written;
      const all = await database.read(() => run(`select name, value from counts order by name`));
      expect(all).toEqual([
        { name: 'a', value: 0 },
        { name: 'ours', value: 1 },
        { name: 'theirs', value: 2 },
      ]);
    });

    test('a named statement is prepared once and run with the values of each call', async () => {
      const parameter = kind.dialect === 'postgres' ? '$1' : '?';
      const find = (name: string) =>
        database.read(function* (): Script<readonly Row[]> {
          const sql = `select name from counts where name = ${parameter}`;
          return yield { name: 'find_count', sql, parameters: [name] };
        });
      expect(await find('a')).toEqual([{ name: 'a' }]);
      expect(await find('b')).toEqual([]);
      expect(await find('a')).toEqual([{ name: 'a' }]);
    });

    if (kind.dialect === 'postgres') whenPostgresFails(() => ({ database, connect }));
  });

  if (kind.dialect === 'postgres') {
    outOfReach(kind);
    deadAtBegin(kind);
  }
});

function whenPostgresFails(current: () => { database: Database; connect: () => Database }): void {
  test('a script that goes on after a failed statement has written nothing, and hears so', async () => {
    const { database } = current();
    const failed = database.write(function* () {
      yield* run(`update counts set value = 7`);
      try {
        yield* run(`select nonsense`);
      } catch {
        return 'all is well';
      }
      return 'nothing failed';
    });
    await expect(failed).rejects.toThrow('Nothing was written');
    expect(await valueOf(database)).toBe(0);
  });

  test('a connection lost in mid-transaction is unavailable, then there again', async () => {
    const { database } = current();
    const error = await errorOf(
      database.write(function* () {
        yield* run(`update counts set value = 7`);
        yield* run(`select pg_terminate_backend(pg_backend_pid())`);
      }),
    );
    expect(error).toBeInstanceOf(DatabaseUnavailable);
    expect(isUnavailable(error)).toBe(true);
    expect(await valueOf(database)).toBe(0);
    await database.write(() => run(`update counts set value = 8`));
    expect(await valueOf(database)).toBe(8);
  });

  test('idle connections that the server drops are replaced', async () => {
    const { database, connect } = current();
    await Promise.all([1, 2, 3].map(() => database.read(() => run(`select pg_sleep(0.05)`))));
    const [row] = await connect().read(() =>
      run(`select count(pg_terminate_backend(pid))::int as dropped from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`),
    );
    expect(row?.['dropped']).toBeGreaterThanOrEqual(3);
    await pause(50);
    await database.write(() => run(`update counts set value = 8`));
    expect(await valueOf(database)).toBe(8);
  });

  test.each([
    ['25006', `set transaction read only`, `update counts set value = 7`],
    ['57014', `set local statement_timeout = 10`, `select pg_sleep(1)`],
  ])('%s is unavailable', async (code, ...statements) => {
    const { database } = current();
    const error = await errorOf(
      database.write(function* () {
        for (const statement of statements) yield* run(statement);
      }),
    );
    expect(error).toMatchObject({ code });
    expect(isUnavailable(error)).toBe(true);
  });

  test('a lock that is not granted in time is unavailable', async () => {
    const { database, connect } = current();
    const other = connect();
    const held = await new Promise<{ release: () => void; done: Promise<void> }>((resolve) => {
      const done = database.kysely.transaction().execute(async (transaction) => {
        await transaction.updateTable('counts').set({ value: 5 }).execute();
        await new Promise<void>((release) =>
          resolve({
            release,
            get done() {
              return done;
            },
          }),
        );
      });
    });
    const error = await errorOf(
      other.write(function* () {
        yield* run(`set local lock_timeout = 10`);
        yield* run(`update counts set value = 6`);
      }),
    );
    held.release();
    await held.done;
    expect(error).toMatchObject({ code: '55P03' });
    expect(isUnavailable(error)).toBe(true);
    expect(await valueOf(database)).toBe(5);
  });
}

function outOfReach(kind: DatabaseKind): void {
  test('a server that does not listen is unavailable', async () => {
    const nobody = postgres('postgres://127.0.0.1:1/none');
    for (const attempt of [
      nobody.read(() => run('select 1')),
      nobody.write(() => run('select 1')),
    ]) {
      expect(isUnavailable(await errorOf(attempt))).toBe(true);
    }
    await nobody.close();
    expect(kind.dialect).toBe('postgres');
  });
}

/** Cuts the line of each connection that a pool lends, as long as it is asked to. */
function cutting(pool: Pool, isDoomed: (client: PoolClient) => boolean): { cut: number } {
  const seen = { cut: 0 };
  pool.on('acquire', (client) => {
    if (!isDoomed(client)) return;
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    seen.cut++;
  });
  return seen;
}

function deadAtBegin(kind: DatabaseKind): void {
  test('connections that died while nobody used them are passed over', async () => {
    const pool = new pg.Pool({ connectionString: (await kind.create()).address });
    const database = postgres(pool);
    const old = new Set<PoolClient>();
    pool.on('acquire', (client) => old.add(client));
    await Promise.all([1, 2, 3].map(() => database.read(() => run(`select pg_sleep(0.05)`))));
    pool.removeAllListeners('acquire');

    const seen = cutting(pool, (client) => old.has(client));
    await database.write(() => run(`create table counts (name text)`));
    expect([old.size, seen.cut]).toEqual([3, 3]);
    expect(await database.read(() => run(`select name from counts`))).toEqual([]);
    await pool.end();
  });

  test('where new connections die too, the database is unavailable', async () => {
    const pool = new pg.Pool({ connectionString: (await kind.create()).address });
    const database = postgres(pool);
    await database.read(() => run('select 1'));
    const seen = cutting(pool, () => true);
    expect(isUnavailable(await errorOf(database.write(() => run('select 1'))))).toBe(true);
    expect(seen.cut).toBe(2);
    await pool.end();
  });
}

describe('errors', () => {
  const sqliteError = (errcode: number) => Object.assign(new Error('sqlite'), { errcode });
  const codedError = (code: string) => Object.assign(new Error('pg'), { code });

  test.each([5, 261, 517, 6, 8, 1032, 10, 266, 778, 1034, 13, 14, 15])(
    'SQLite %i is unavailable',
    (errcode) => expect(isUnavailable(sqliteError(errcode))).toBe(true),
  );
  test.each([1, 11, 19, 275, 787, 1555, 2067, 20, 26])('SQLite %i is not', (errcode) =>
    expect(isUnavailable(sqliteError(errcode))).toBe(false),
  );
  test.each([
    '08006',
    '53100',
    '53300',
    '57P01',
    '57P03',
    '58030',
    '25006',
    '40P01',
    'ECONNREFUSED',
  ])('%s is unavailable', (code) => expect(isUnavailable(codedError(code))).toBe(true));
  test.each(['23505', '23503', '42P01', '22P02', 'ERR_INVALID_ARG_TYPE', 'ENOENT'])(
    '%s is not',
    (code) => expect(isUnavailable(codedError(code))).toBe(false),
  );

  test('a missing user is known by its code', () => {
    expect(isMissingUser(sqliteError(787))).toBe(true);
    expect(isMissingUser(codedError('23503'))).toBe(true);
    expect(isMissingUser(codedError('23505'))).toBe(false);
    expect([isMissingUser('787'), isUnavailable(undefined)]).toEqual([false, false]);
  });

  test.each(['40P01', '40001'])(
    'after %s a transaction is tried three times more',
    async (code) => {
      const attempt = (failures: number) => {
        let attempts = 0;
        return retried(() => {
          attempts++;
          return attempts <= failures
            ? Promise.reject(codedError(code))
            : Promise.resolve(attempts);
        });
      };
      expect(await attempt(3)).toBe(4);
      expect(isUnavailable(await errorOf(attempt(4)))).toBe(true);
    },
  );

  test('after another error it is not', async () => {
    let attempts = 0;
    const failed = retried(() => {
      attempts++;
      return Promise.reject(codedError('23505'));
    });
    expect(await errorOf(failed)).toMatchObject({ code: '23505' });
    expect(attempts).toBe(1);
  });
});

function* run(sql: string): Script<readonly Row[]> {
  return yield { name: '', sql, parameters: [] };
}

function* namesOf(): Script<unknown[]> {
  const rows = yield* run(`select name from counts order by name`);
  return rows.map((row) => row['name']);
}

async function valueOf(database: Database): Promise<unknown> {
  const [row] = await database.read(() => run(`select value from counts where name = 'a'`));
  return row?.['value'];
}

const errorOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
