import { makeSignature } from 'better-auth/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { withSharedDatabases } from '../../../tests/support/databases.ts';
import { openAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { createAuth } from './auth.ts';
import type { Auth } from './auth.ts';

const DAY = 24 * 60 * 60 * 1000;

/** The contract: our cheap check and better-auth's own answer the same for every cookie. */
withSharedDatabases((kind) => {
  let accounts: Accounts;
  let auth: Auth;
  let number = 0;
  let update: (userId: string, expiresAt: Date) => Promise<unknown>;
  let remove: (table: 'sessions' | 'users', column: string, value: string) => Promise<unknown>;

  beforeAll(async () => {
    const database = await kind.open();
    const settings = {
      database,
      origin: 'http://127.0.0.1:3000',
      secret: 'a secret that is only for these tests',
      log: (line: string) => expect.fail(line),
    };
    accounts = await openAccounts({ ...settings, signUp: 'open', sendResetLink: null });
    auth = createAuth({
      ...settings,
      onResetToken: () => undefined,
      onReset: async () => undefined,
    });
    update = (userId, expiresAt) =>
      database.kysely
        .updateTable('sessions')
        .set({ expires_at: kind.dialect === 'sqlite' ? expiresAt.toISOString() : expiresAt })
        .where('user_id', '=', userId)
        .execute();
    remove = (table, column, value) =>
      database.kysely.deleteFrom(table).where(column, '=', value).execute();
  });

  async function signedIn() {
    const { response, headers } = await auth.api.signUpEmail({
      body: { name: 'Ada', email: `ada-${(number += 1)}@example.org`, password: 'a password' },
      returnHeaders: true,
    });
    const [cookie = ''] = headers.getSetCookie().map((line) => line.split(';')[0]!);
    return { cookie, user: response.user };
  }

  /** What both say of a cookie; fails when they differ. */
  async function userOf(cookie: string) {
    const ours = await accounts.identify(cookie);
    const theirs = await auth.api.getSession({ headers: new Headers({ cookie }) });
    expect(ours?.user ?? null).toEqual(
      theirs && { id: theirs.user.id, name: theirs.user.name, email: theirs.user.email },
    );
    if (ours && theirs) expect(ours.expiresAt).toEqual(theirs.session.expiresAt);
    return ours?.user.id ?? null;
  }

  it('knows who is signed in', async () => {
    const { cookie, user } = await signedIn();
    expect(await userOf(cookie)).toBe(user.id);
    expect(await userOf(`other=1; ${cookie}; more="x"`)).toBe(user.id);
  });

  it.each(['', 'cairn.session_token=', 'cairn.session_token=abc', 'cairn.session_token=.x', 'a=b'])(
    'knows nobody by the cookie "%s"',
    async (cookie) => {
      expect(await userOf(cookie)).toBeNull();
    },
  );

  it('goes by the first of two sessions', async () => {
    const [one, two] = [await signedIn(), await signedIn()];
    expect(await userOf(`${one.cookie}; ${two.cookie}`)).toBe(one.user.id);
    expect(await userOf(`cairn.session_token=x.y; ${two.cookie}`)).toBeNull();
  });

  it('forgets who signed out, at once', async () => {
    const { cookie } = await signedIn();
    await auth.api.signOut({ headers: new Headers({ cookie }) });
    expect(await userOf(cookie)).toBeNull();
  });

  it('forgets a session that ran out, not one that is about to', async () => {
    const { cookie, user } = await signedIn();
    await update(user.id, new Date(Date.now() + 29.5 * DAY));
    expect(await userOf(cookie)).toBe(user.id);
    await update(user.id, new Date(Date.now() - 1));
    expect(await userOf(cookie)).toBeNull();
  });

  it('forgets a session that was revoked, and a user who was deleted', async () => {
    const [revoked, deleted] = [await signedIn(), await signedIn()];
    await remove('sessions', 'user_id', revoked.user.id);
    expect(await userOf(revoked.cookie)).toBeNull();
    await remove('users', 'id', deleted.user.id);
    expect(await userOf(deleted.cookie)).toBeNull();
  });

  describe('a cookie that somebody changed', () => {
    it.each([
      ['another token', (cookie: string) => cookie.replace('=', '=x')],
      ['another signature', (cookie: string) => cookie.replace(/\.(.)(?=[^.]*$)/, '.$1$1')],
      ['no signature', (cookie: string) => cookie.replace(/\.[^.]*$/, '')],
      ['half a signature', (cookie: string) => cookie.slice(0, -20)],
      ['an empty signature', (cookie: string) => cookie.replace(/\.[^.]*$/, '.')],
    ])('with %s stands for nobody', async (_, change) => {
      const { cookie, user } = await signedIn();
      expect(await userOf(cookie)).toBe(user.id);
      expect(change(cookie)).not.toBe(cookie);
      expect(await userOf(change(cookie))).toBeNull();
    });

    it('with the signature of somebody else stands for nobody', async () => {
      const [one, two] = [(await signedIn()).cookie, (await signedIn()).cookie];
      const mixed = one.slice(0, one.lastIndexOf('.')) + two.slice(two.lastIndexOf('.'));
      expect(await userOf(mixed)).toBeNull();
    });

    it('signed with another secret stands for nobody', async () => {
      const { cookie } = await signedIn();
      const token = cookie.slice(cookie.indexOf('=') + 1, cookie.lastIndexOf('.'));
      const signature = await makeSignature(token, 'a secret that nobody here has ever used');
      expect(
        await userOf(`cairn.session_token=${token}.${encodeURIComponent(signature)}`),
      ).toBeNull();
    });
  });
});
