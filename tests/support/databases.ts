import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import type { Database } from '../../src/lib/server/database.ts';
import { openAddress } from './open-address.ts';
import { startPostgres } from './postgres.ts';
import type { TestPostgres } from './postgres.ts';

/** A place for progress that the whole test may use. */
export interface TestDatabase {
  /** A path, `:memory:` or `postgres://…`: another process can open the first and the last. */
  address: string;
  /** Opens it once more, on connections of its own; `:memory:` is opened only once. */
  connect(): Database;
}

/** A kind of database that every suite of the store runs on. */
export interface DatabaseKind {
  name: 'SQLite file' | 'SQLite in memory' | 'PostgreSQL';
  dialect: Database['dialect'];
  /** Makes an empty database, in which nobody else is. */
  create(): Promise<TestDatabase>;
  /** Opens an empty database: in PostgreSQL a schema, which is made in no time. */
  open(): Promise<Database>;
}

type Suite = (kind: DatabaseKind) => void;

/**
 * Runs a suite once per kind of database. What it opened is closed and removed after the file's
 * last test.
 */
export function withDatabases(suite: Suite): void {
  for (const kind of databaseKinds()) describe(kind.name, () => suite(kind));
}

/**
 * Runs a suite once per kind of database that several processes can open, which a site's own always
 * is; with `own`, on a PostgreSQL that the suite may kill.
 */
export function withSharedDatabases(suite: Suite, { own = false } = {}): void {
  const kinds = databaseKinds(own).filter(({ name }) => name !== 'SQLite in memory');
  for (const kind of kinds) describe(kind.name, () => suite(kind));
}

function databaseKinds(own = false): DatabaseKind[] {
  const leftovers: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const remove of leftovers.reverse()) await remove();
  });

  function connecting(address: string): TestDatabase {
    const connect = () => {
      const database = openAddress(address);
      leftovers.push(() => database.close());
      return database;
    };
    return { address, connect };
  }

  async function createFile(): Promise<TestDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-sqlite-'));
    leftovers.push(() => rm(folder, { recursive: true, force: true }));
    return connecting(join(folder, 'progress.db'));
  }

  function openMemory(): Database {
    return connecting(':memory:').connect();
  }

  let server: Promise<TestPostgres> | undefined;
  const running = () => (server ??= startPostgres({ own }));
  leftovers.push(async () => (await server)?.stop());

  return [
    {
      name: 'SQLite file',
      dialect: 'sqlite',
      create: createFile,
      open: async () => (await createFile()).connect(),
    },
    {
      name: 'SQLite in memory',
      dialect: 'sqlite',
      create: () => {
        const database = openMemory();
        return Promise.resolve({ address: ':memory:', connect: () => database });
      },
      open: () => Promise.resolve(openMemory()),
    },
    {
      name: 'PostgreSQL',
      dialect: 'postgres',
      create: async () => connecting(await (await running()).createDatabase()),
      open: async () => connecting(await (await running()).createSchema()).connect(),
    },
  ];
}
