import { sql } from 'kysely';
import type { Database, Script } from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import type { UsersTable } from './schema.ts';
import { once } from './statement.ts';
import { findUsersKey } from './users-table.ts';

/**
 * Brings the tables of progress to the version that this program knows, in one transaction.
 *
 * Does nothing when they are there already. Processes that start together wait for one another; one
 * that dies on the way leaves the tables as they were. Throws a sentence that says what to do when
 * the users table is missing or other than the settings say, and when a newer program was here.
 *
 * Kysely's own Migrator is not used: on SQLite its lock is the connection, which another process
 * does not share, and it runs migrations outside a transaction there.
 */
export async function migrate(database: Database, users: UsersTable): Promise<void> {
  await database.write(() => bringUpToDate(database, users));
}

/** Names the lock among all advisory locks of a PostgreSQL database: "cairn" in ASCII. */
const LOCK = 0x636169726e;

function* bringUpToDate(database: Database, users: UsersTable): Script<void> {
  const { dialect, kysely } = database;
  // SQLite is locked as a whole by the transaction itself.
  if (dialect === 'postgres') {
    yield* once(kysely, sql`set local lock_timeout = 0`);
    yield* once(kysely, sql`select pg_advisory_xact_lock(${LOCK})`);
  }
  const { collation } = yield* findUsersKey(database, users);
  const version = yield* currentVersion(database);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The tables of progress are at version ${version}, and this program knows them up to ${MIGRATIONS.length}: run the newer program.`,
    );
  }
  for (const migration of MIGRATIONS.slice(version)) {
    for (const query of migration({ dialect, schema: kysely.schema, users, collation })) {
      yield* once(kysely, query);
    }
  }
  if (version < MIGRATIONS.length) {
    yield* once(kysely, sql`update progress_schema set version = ${MIGRATIONS.length}`);
  }
}

function* currentVersion({ kysely, dialect }: Database): Script<number> {
  const [isThere] = yield* once(
    kysely,
    dialect === 'sqlite'
      ? sql`select 1 from sqlite_schema where name = 'progress_schema'`
      : sql`select 1 where to_regclass('progress_schema') is not null`,
  );
  if (!isThere) return 0;
  const [row] = yield* once(kysely, sql`select version from progress_schema`);
  return Number(row!['version']);
}
