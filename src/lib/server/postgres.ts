import { Kysely, PostgresDialect } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { DatabaseUnavailable, LOCK_TIMEOUT, retried, runAsync } from './database.ts';
import type { Database, Row, Statement } from './database.ts';

/**
 * Progress in PostgreSQL, by `postgres://…` or through a pool of `pg`.
 *
 * The address is first used with the first query; the pool made for it is closed with the database,
 * one that was handed in is its owner's to close. Needs the package `pg`.
 */
export function postgres(urlOrPool: string | Pool): Database {
  if (typeof urlOrPool !== 'string') {
    const pool = outliving(urlOrPool);
    return overPool(
      () => Promise.resolve(pool),
      () => Promise.resolve(),
    );
  }
  let opened: Promise<Pool> | undefined;
  return overPool(
    () => (opened ??= openPool(urlOrPool)),
    async () => {
      const pool = await opened;
      if (pool && !pool.ended) await pool.end();
    },
  );
}

/**
 * What begins a transaction, in one round trip.
 *
 * - Read committed, whatever the server's default: what is read after a lock was granted must be
 *   what its last holder left.
 * - No scan of a whole table, ever: each statement has its index, but a plan that was made while
 *   the tables were nearly empty may prefer to read them whole, and is kept while they grow. Where
 *   there is no other way (a table of one row) it counts as so dear that it would be compiled.
 */
export const BEGIN = [
  'begin isolation level read committed',
  `set local lock_timeout = ${LOCK_TIMEOUT}`,
  'set local enable_seqscan = off',
  'set local jit = off',
].join('; ');

async function openPool(url: string): Promise<Pool> {
  const { default: pg } = await import('pg').catch((error: unknown) => {
    throw new Error('PostgreSQL needs the package pg: npm install pg', { cause: error });
  });
  return outliving(
    new pg.Pool({ connectionString: url, connectionTimeoutMillis: LOCK_TIMEOUT, keepAlive: true }),
  );
}

/**
 * The same pool; a connection that the server drops no longer ends the process. Whoever uses it
 * then gets an error, and the pool makes another one.
 */
function outliving(pool: Pool): Pool {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function overPool(open: () => Promise<Pool>, close: () => Promise<void>): Database {
  return {
    dialect: 'postgres',
    kysely: new Kysely({ dialect: new PostgresDialect({ pool: open }) }),
    read: async (script) =>
      lent(await connect(await open()), (client) => runAsync(script(), on(client))),
    write: async (script) => {
      const pool = await open();
      return retried(async () =>
        lent(await begun(pool), async (client) => {
          const result = await runAsync(script(), on(client));
          const { command } = await client.query('commit');
          if (command !== 'COMMIT') throw new Error(NOT_COMMITTED);
          return result;
        }),
      );
    },
    close,
  };
}

/** Thrown where PostgreSQL answers a commit with a rollback. */
export const NOT_COMMITTED =
  'Nothing was written: the script went on after one of its statements had failed.';

/** Said of a connection that does not even roll back. */
export const LOST = 'The connection to PostgreSQL was lost.';

function on(client: PoolClient): (statement: Statement) => Promise<readonly Row[]> {
  return async ({ name, sql, parameters }) => {
    const { rows } = await client.query<Row>({ name, text: sql, values: [...parameters] });
    return rows;
  };
}

/** Uses a connection and gives it back. */
async function lent<T>(client: PoolClient, use: (client: PoolClient) => Promise<T>): Promise<T> {
  try {
    const result = await use(client);
    client.release();
    return result;
  } catch (error) {
    if (await givenBack(client)) throw error;
    throw new DatabaseUnavailable(LOST, { cause: error });
  }
}

/**
 * A connection on which a transaction has begun. One that died while nobody used it shows it only
 * here, where nothing is lost by taking the next; a new one is the last that is tried.
 */
async function begun(pool: Pool): Promise<PoolClient> {
  for (let idle = pool.idleCount; ; idle--) {
    const client = await connect(pool);
    try {
      await client.query(BEGIN);
      return client;
    } catch (error) {
      if (await givenBack(client)) throw error;
      if (idle <= 0) throw new DatabaseUnavailable(LOST, { cause: error });
    }
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  return pool.connect().catch((error: unknown) => {
    throw new DatabaseUnavailable('PostgreSQL gives no connection.', { cause: error });
  });
}

/**
 * Gives a connection back after an error, rolled back; which also finds out whether it still
 * lives: `pg` gives no code to most errors of a lost connection.
 */
async function givenBack(client: PoolClient): Promise<boolean> {
  const lives = await client.query('rollback').then(
    () => true,
    () => false,
  );
  client.release(!lives);
  return lives;
}
