import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Database } from 'sveltekit-cairn/server';
import { expect, it } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { migrateAccounts } from './migrate.ts';

const TABLES = ['accounts', 'sessions', 'users', 'verifications', 'wrong_passwords'];

async function tablesOf({ kysely }: Database): Promise<string[]> {
  const tables = await kysely.introspection.getTables();
  return tables.map(({ name }) => name).sort();
}

withDatabases((kind) => {
  it('makes the tables, and does nothing when they are there', async () => {
    const database = await kind.open();
    await migrateAccounts(database);
    expect(await tablesOf(database)).toEqual(TABLES);
    await migrateAccounts(database);
    expect(await tablesOf(database)).toEqual(TABLES);
  });

  it('forgets sessions that ran out', async () => {
    const database = await kind.open();
    await migrateAccounts(database);
    const at = (date: string) => (kind.dialect === 'sqlite' ? date : new Date(date));
    const [past, future] = [at('2001-01-01T00:00:00.000Z'), at('2999-01-01T00:00:00.000Z')];
    const times = { created_at: past, updated_at: past };
    await database.kysely
      .insertInto('users')
      .values({
        id: 'ada',
        name: 'Ada',
        email: 'a@b.org',
        email_verified: kind.dialect === 'sqlite' ? 0 : false,
        ...times,
      })
      .execute();
    for (const [id, expires_at] of Object.entries({ past, future })) {
      await database.kysely
        .insertInto('sessions')
        .values({ id, token: id, user_id: 'ada', expires_at, ...times })
        .execute();
    }
    await migrateAccounts(database);
    expect(await database.kysely.selectFrom('sessions').select('id').execute()).toEqual([
      { id: 'future' },
    ]);
  });

  if (kind.name === 'SQLite in memory') return;

  /** Migrates in a process of its own, and answers how that ended. */
  const migrateElsewhere = (address: string, dieAfter: number) =>
    once(
      fork(join(import.meta.dirname, 'migrate-process.testing.ts'), {
        env: { ...process.env, ADDRESS: address, STATEMENTS: String(dieAfter) },
        execArgv: ['--conditions=@sveltekit-cairn/source'],
      }),
      'exit',
    );

  it('lets several processes start together', async () => {
    const { address, connect } = await kind.create();
    const ends = await Promise.all(
      Array.from({ length: 4 }, () => migrateElsewhere(address, Infinity)),
    );
    expect(ends).toEqual(Array(4).fill([0, null]));
    expect(await tablesOf(connect())).toEqual(TABLES);
  });

  it.each([4, 8, 12])('leaves nothing when killed after %i statements', async (statements) => {
    const { address, connect } = await kind.create();
    expect(await migrateElsewhere(address, statements)).toEqual([null, 'SIGKILL']);
    const database = connect();
    expect(await tablesOf(database)).toEqual([]);
    await migrateAccounts(database);
    expect(await tablesOf(database)).toEqual(TABLES);
  });
});
