import { getMigrations } from 'better-auth/db/migration';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from 'sveltekit-cairn/server';
import { AUTH_TABLES } from './auth.ts';

/**
 * Brings the tables of accounts up to date: better-auth's and those of the site's own beside them.
 *
 * It is one transaction under one lock: killed midway nothing of it remains, and of several
 * processes that start together one migrates while the others wait.
 */
export async function migrateAccounts(database: Database): Promise<void> {
  await database.kysely.connection().execute(async (connection) => {
    const run = (statement: string) => sql.raw(statement).execute(connection);
    await run(database.dialect === 'sqlite' ? 'begin immediate' : 'begin');
    try {
      if (database.dialect === 'postgres') await run(`select pg_advisory_xact_lock(${LOCK})`);
      const { runMigrations } = await getMigrations({
        ...AUTH_TABLES,
        database: { db: connection, type: database.dialect },
      });
      await runMigrations();
      await createOwnTables(connection);
      await forgetExpired(connection);
      await run('commit');
    } catch (error) {
      await run('rollback').catch(() => undefined);
      throw error;
    }
  });
}

/** Any number that nothing else on this database locks: the letters "cairn". */
const LOCK = 0x636169726e;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the connection is the Database's, whose schema is open
type Connection = Kysely<any>;

async function createOwnTables(connection: Connection): Promise<void> {
  await connection.schema
    .createTable('wrong_passwords')
    .ifNotExists()
    .addColumn('email_hash', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await connection.schema
    .createIndex('wrong_passwords_email_hash_at_idx')
    .ifNotExists()
    .on('wrong_passwords')
    .columns(['email_hash', 'at'])
    .execute();
  await connection.schema
    .createIndex('wrong_passwords_at_idx')
    .ifNotExists()
    .on('wrong_passwords')
    .column('at')
    .execute();
}

/** Sessions and links that ran out are refused anyway; here they stop taking up room. */
async function forgetExpired(connection: Connection): Promise<void> {
  for (const table of ['sessions', 'verifications']) {
    await connection
      .deleteFrom(table)
      .where('expires_at', '<', sql`${new Date().toISOString()}`)
      .execute();
  }
}
