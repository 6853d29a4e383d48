import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { createCatalogue } from 'sveltekit-cairn';
import { createProgressServer, isMissingUser } from 'sveltekit-cairn/server';
import type { Database, ProgressServer } from 'sveltekit-cairn/server';
import { withSharedDatabases } from '../../../tests/support/databases.ts';
import { openAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import type { Answer } from './answer.ts';
import type { CallName } from './calls.ts';

const PASSWORD = 'correct horse battery';

/** Tables in which nothing is about anybody. */
const IMPERSONAL = ['progress_schema'];

const CONTENT = createCatalogue([
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    children: [{ id: 'reef', type: 'lesson', title: 'Reef' }],
  },
]);

withSharedDatabases((kind) => {
  let database: Database;
  let accounts: Accounts;
  let progress: ProgressServer;
  let number = 0;

  const call = (name: CallName, input: unknown, cookie: string | null = null) =>
    accounts.call(name, input, { cookie, address: '192.0.2.1' });
  const signUp = async (name: string) => {
    const email = `${name.toLowerCase()}-${(number += 1)}@example.org`;
    const cookie = cookieOf(await call('sign-up/email', { name, email, password: PASSWORD }));
    const { id } = (await accounts.identify(cookie))!.user;
    return { id, email, cookie };
  };
  const learn = (userId: string) =>
    progress.record(userId, [
      { kind: 'saved', contentId: 'reef', data: { heading: 'ends' } },
      { kind: 'completed', contentId: 'reef', by: 'button' },
    ]);

  beforeAll(async () => {
    database = await kind.open();
    accounts = await openAccounts({
      database,
      origin: 'http://127.0.0.1:3000',
      secret: 'a secret that is only for these tests',
      signUp: 'open',
      sendResetLink: () => Promise.resolve(),
      log: () => undefined,
    });
    progress = createProgressServer({ catalogue: CONTENT, database, identify: () => null });
    await progress.migrate();
  });

  describe('deleting an account', () => {
    it('leaves nothing behind in any table, and others what they have', async () => {
      const bob = await signUp('Bob');
      await learn(bob.id);
      const before = await everything(database);

      const ann = await signUp('Ann');
      await call('sign-in/email', { email: ann.email, password: PASSWORD });
      await call('sign-in/email', { email: ann.email, password: 'not hers' });
      await call('request-password-reset', { email: ann.email });
      await progress.setTimeZone(ann.id, 'Asia/Tokyo');
      await learn(ann.id);
      await certify(database, ann.id);
      const during = await everything(database);
      // A table without anything of Ann is one that this test does not know: fill it above.
      const untouched = [...during.keys()].filter(
        (table) => during.get(table)!.length <= (before.get(table)?.length ?? 0),
      );
      expect(untouched).toEqual(IMPERSONAL);

      const answer = await call('delete-user', { password: PASSWORD }, ann.cookie);
      expect(answer).toMatchObject({ ok: true });
      expect(await everything(database)).toEqual(before);
      expect(answer.ok && answer.cookies.join()).toMatch(/session_token=; Max-Age=0/);
      expect(await accounts.identify(ann.cookie)).toBeNull();
      expect(await accounts.identify(bob.cookie)).not.toBeNull();
    });

    it('is refused without the password, and counted as a guess', async () => {
      const ann = await signUp('Ann');
      const before = await everything(database);
      expect(await call('delete-user', { password: 'not hers' }, ann.cookie)).toMatchObject({
        status: 401,
        code: 'wrong_password',
        errors: [{ path: 'password' }],
      });
      expect(await call('delete-user', {}, ann.cookie)).toMatchObject({ code: 'invalid' });
      expect(await call('delete-user', { password: PASSWORD })).toMatchObject({
        code: 'not_signed_in',
      });
      const after = await everything(database);
      expect(after.get('wrong_passwords')?.length).toBe(before.get('wrong_passwords')!.length + 1);
      after.set('wrong_passwords', before.get('wrong_passwords')!);
      expect(after).toEqual(before);
    });

    it('wins over what is written at the same moment, and nothing comes back', async () => {
      const before = await everything(database);
      const ann = await signUp('Ann');
      await learn(ann.id);
      // Goes on until there is nobody any more to write for.
      const work = async () => {
        for (let isThere = true; isThere; await turn()) {
          isThere = await learn(ann.id).then(
            () => true,
            (error: unknown) => !isMissingUser(error),
          );
        }
      };
      const [answer] = await Promise.all([
        call('delete-user', { password: PASSWORD }, ann.cookie),
        work(),
        work(),
      ]);
      expect(answer).toMatchObject({ ok: true });
      await expect(learn(ann.id)).rejects.toThrow();
      expect(await everything(database)).toEqual(before);
    });
  });

  it('an export holds a row of each table in which something is about the learner, and no secret', async () => {
    const ann = await signUp('Ann');
    await call('sign-in/email', { email: ann.email, password: 'not hers' });
    await call('request-password-reset', { email: ann.email });
    await learn(ann.id);
    await certify(database, ann.id);
    const kept = {
      ...(await accounts.export({ id: ann.id, email: ann.email, name: 'Ann' })),
      ...(await progress.export(ann.id)),
    };
    const empty = Object.entries(kept).filter(([, rows]) => rows === undefined || isEmpty(rows));
    expect(empty).toEqual([]);
    const tables = [...(await everything(database)).keys()];
    expect(Object.keys(kept)).toHaveLength(tables.length - IMPERSONAL.length);
    expect(kept.user).toMatchObject({ name: 'Ann', email: ann.email });

    const text = JSON.stringify(kept);
    const secrets = [
      ...(await columnOf(database, 'sessions', 'token')),
      ...(await columnOf(database, 'accounts', 'password')),
      ...(await columnOf(database, 'verifications', 'identifier')),
    ];
    expect(secrets.length).toBeGreaterThan(2);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

/** The rows of all tables that the database itself names, as text in one order. */
async function everything({ kysely, dialect }: Database): Promise<Map<string, string[]>> {
  const names = await (
    dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_schema where type = 'table'`
      : sql<{ name: string }>`select tablename as name from pg_tables
          where schemaname = current_schema()`
  ).execute(kysely);
  const tables = new Map<string, string[]>();
  for (const { name } of names.rows) {
    const rows = await kysely.selectFrom(name).selectAll().execute();
    tables.set(name, rows.map((row) => JSON.stringify(row)).sort());
  }
  return tables;
}

async function columnOf({ kysely }: Database, table: string, column: string): Promise<string[]> {
  const rows: Record<string, string>[] = await kysely.selectFrom(table).select(column).execute();
  return rows.map((row) => row[column]!);
}

/** Gives a learner a certificate, of a course that is no longer taught. */
async function certify({ kysely }: Database, userId: string): Promise<void> {
  await kysely
    .insertInto('certificates')
    .values({
      id: `certificate of ${userId}`,
      user_id: userId,
      course_id: 'sails',
      issued_at: '2026-05-02T09:00:00.000Z',
      learner_name: 'Ann',
      course_title: 'Sails',
      course_version: 1,
    })
    .execute();
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** The `Cookie` header of a browser that got this answer. */
function cookieOf(answer: Answer): string {
  if (!answer.ok) throw new Error(`Refused: ${answer.code}`);
  return answer.cookies.map((line) => line.split(';')[0]).join('; ');
}
