import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, vi } from 'vitest';
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

/**
 * Runs a suite once per kind of database, or just per kind that several processes can open
 * (`shared`). What it opened is closed and removed after the file's
 * last test.
 */
export function withDatabases(suite: (kind: DatabaseKind) => void, { shared = false } = {}): void {
  // Starting a PostgreSQL takes seconds on a busy machine.
  vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });
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
  const running = () => (server ??= startPostgres());
  leftovers.push(async () => (await server)?.stop());

  const kinds: DatabaseKind[] = [
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
  for (const kind of kinds) {
    if (shared && kind.name === 'SQLite in memory') continue;
    describe(kind.name, () => suite(kind));
  }
}
