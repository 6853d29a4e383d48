import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres as startServer } from '../../scripts/postgres.js';

/** A PostgreSQL for tests. */
export interface TestPostgres {
  /** Makes an empty database, and gives its address. */
  createDatabase(): Promise<string>;
  /** Makes an empty schema, and gives the address of its database that sees nothing else. */
  createSchema(): Promise<string>;
  /** Drops the databases that were made here, and stops the server if it was started here. */
  stop(): Promise<void>;
}

/** What a test may ask of its PostgreSQL. */
export interface TestPostgresOptions {
  /** Waits for the disk at each commit, as a real one does. Off unless asked for. */
  fsync?: boolean;
  /** Nobody else is on it: it may be killed. */
  own?: boolean;
}

/**
 * A PostgreSQL for tests: the one whose address is in TEST_DATABASE_URL, else the one of this step of
 * `npm test`, else one that is started for it.
 *
 * Its databases sort text by the rules of a language, as adopters' do, so that whatever is compared
 * byte by byte has to say so.
 */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const { fsync = false, own = fsync } = options;
  const { TEST_DATABASE_URL: given, STEP_DATABASE_URL: ofStep } = process.env;
  const url = given ?? (own ? undefined : ofStep);
  const server = url ? { url, stop: () => Promise.resolve() } : await startServer({ fsync });
  const created: string[] = [];
  const createDatabase = async () => {
    const name = `cairn_test_${randomBytes(6).toString('hex')}`;
    await asAdmin(server.url, async (admin) => {
      await admin.query(`create database ${name} template template0 ${await inEnglish(admin)}`);
    });
    created.push(name);
    const url = new URL(server.url);
    url.pathname = name;
    return url.href;
  };
  let shared: Promise<string> | undefined;
  return {
    createDatabase,
    createSchema: async () => {
      shared ??= createDatabase();
      const url = new URL(await shared);
      const name = `schema_${randomBytes(6).toString('hex')}`;
      await asAdmin(url.href, (admin) => admin.query(`create schema ${name}`));
      url.searchParams.set('options', `-c search_path=${name}`);
      return url.href;
    },
    stop: async () => {
      await asAdmin(server.url, async (admin) => {
        for (const name of created) await admin.query(`drop database ${name} with (force)`);
      });
      await server.stop();
    },
  };
}

/** Does something on a connection of its own. */
async function asAdmin<T>(url: string, use: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}

async function inEnglish(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query("select 1 from pg_collation where collname = 'en-x-icu'");
  return rows.length > 0 ? "encoding 'UTF8' locale_provider icu icu_locale 'en'" : '';
}
