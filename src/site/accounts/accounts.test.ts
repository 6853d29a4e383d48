import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSharedDatabases } from '../../../tests/support/databases.ts';
import { CALLS_PER_MINUTE, openAccounts } from './accounts.ts';
import type { Accounts, AccountSettings } from './accounts.ts';
import type { Answer } from './answer.ts';
import type { CallName } from './calls.ts';
import { SESSION_DAYS } from './auth.ts';
import { createPasswordLock, WRONG_PASSWORDS } from './wrong-passwords.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PASSWORD = 'correct horse battery';

withSharedDatabases((kind) => {
  let settings: AccountSettings;
  let accounts: Accounts;
  let mails: { email: string; link: string }[];
  let lines: string[];
  let time: number;
  let number = 0;

  /** An address that no other test uses. */
  const freshEmail = () => `learner-${(number += 1)}@example.org`;
  const call = (name: CallName, input: unknown, cookie: string | null = null) =>
    accounts.call(name, input, { cookie, address: '192.0.2.1' });
  const signUp = async (email: string, password = PASSWORD) =>
    cookieOf(await call('sign-up/email', { name: 'Ada', email, password }));
  const signIn = (email: string, password: string) => call('sign-in/email', { email, password });
  /** Counts wrong passwords without the cost of trying them. */
  const guess = async (email: string, count: number) => {
    const lock = createPasswordLock(settings.database, () => time);
    for (let each = 0; each < count; each++) {
      await lock.attempt(
        email,
        () => Promise.resolve(),
        () => true,
      );
    }
  };
  const reopen = async (changes: Partial<AccountSettings> = {}) =>
    openAccounts({ ...settings, ...changes });

  beforeAll(async () => {
    settings = {
      database: await kind.open(),
      origin: 'http://127.0.0.1:3000',
      secret: 'a secret that is only for these tests',
      signUp: 'open',
      sendResetLink: (email, link) => {
        mails.push({ email, link });
        return Promise.resolve();
      },
      log: (line) => lines.push(line),
      now: () => time,
    };
  });

  beforeEach(async () => {
    mails = [];
    lines = [];
    time = Date.now();
    accounts = await reopen();
  });

  it('signs up, in and out, and knows at once who it is', async () => {
    const email = freshEmail();
    const first = await signUp(` ${email.toUpperCase()} `);
    expect((await accounts.identify(first))?.user).toMatchObject({ name: 'Ada', email });

    const second = cookieOf(await signIn(email, PASSWORD));
    expect((await accounts.identify(second))?.user.email).toBe(email);

    expect(await call('sign-out', {}, second)).toMatchObject({ ok: true });
    expect(await accounts.identify(second)).toBeNull();
    expect(await accounts.identify(first)).not.toBeNull();
  });

  it('makes one account of an address, however many sign up with it at once', async () => {
    const email = freshEmail();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        call('sign-up/email', { name: 'Ada', email, password: PASSWORD }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const codes = answers.flatMap((answer) => (answer.ok ? [] : answer.code));
    expect(new Set([...codes, 'email_taken', 'unavailable']).size).toBe(2);
    expect(await signIn(email, PASSWORD)).toMatchObject({ ok: true });
  });

  it('refuses a second account for an address', async () => {
    const email = freshEmail();
    await signUp(email);
    expect(await call('sign-up/email', { name: 'B', email, password: PASSWORD })).toMatchObject({
      ok: false,
      status: 422,
      code: 'email_taken',
      errors: [{ path: 'email' }],
    });
  });

  it('names each field that needs another look', async () => {
    const refused = await call('sign-up/email', {
      name: 'a\0b',
      email: 'nobody',
      password: 'short',
    });
    expect(refused).toMatchObject({
      status: 422,
      code: 'invalid',
      errors: [{ path: 'name' }, { path: 'email' }, { path: 'password' }],
    });
    expect(await call('sign-up/email', ['no', 'object'])).toMatchObject({ code: 'invalid' });
    expect(
      await call('sign-up/email', { name: 'Ada', email: 'ada@localhost', password: PASSWORD }),
    ).toMatchObject({ status: 422, errors: [{ path: 'email' }] });
    expect(await call('sign-in/email', {})).toMatchObject({
      errors: [
        { path: 'email', message: 'Enter your e-mail address.' },
        { path: 'password', message: 'Enter your password.' },
      ],
    });
  });

  it('takes passwords of 8 to 128 characters, and only them', async () => {
    for (const [length, ok] of [
      [7, false],
      [8, true],
      [128, true],
      [129, false],
    ] as const) {
      const input = { name: 'Ada', email: freshEmail(), password: 'p'.repeat(length) };
      expect(await call('sign-up/email', input)).toMatchObject({ ok });
    }
  });

  it('takes no new accounts once sign-up is closed, and lets the old ones in', async () => {
    const email = freshEmail();
    await signUp(email);
    accounts = await reopen({ signUp: 'closed' });
    expect(
      await call('sign-up/email', { name: 'B', email: freshEmail(), password: PASSWORD }),
    ).toMatchObject({ ok: false, status: 403, code: 'sign_up_closed' });
    expect(await signIn(email, PASSWORD)).toMatchObject({ ok: true });
  });

  describe('a wrong password', () => {
    it('is answered alike whether or not the address has an account', async () => {
      const known = freshEmail();
      await signUp(known);
      const answers = [await signIn(known, 'wrong'), await signIn(freshEmail(), 'wrong')];
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ ok: false, status: 401, code: 'wrong_password' });
    });

    it('locks its address in the end, for the right one too', async () => {
      const email = freshEmail();
      await signUp(email);
      await guess(email, WRONG_PASSWORDS.limit - 1);
      expect(await signIn(email, 'wrong')).toMatchObject({ status: 401 });
      const locked = { status: 429, code: 'rate_limited', retryAfter: 15 * 60 };
      expect(await signIn(email, PASSWORD)).toMatchObject(locked);
      expect(await signIn(email.toUpperCase(), 'wrong')).toMatchObject(locked);
    });
  });

  it('lets a client address sign up and sign in 300 times a minute each', async () => {
    for (const name of ['sign-up/email', 'sign-in/email'] as const) {
      for (let each = 0; each < CALLS_PER_MINUTE; each++) {
        expect(await call(name, {})).toMatchObject({ status: 422 });
      }
      expect(await call(name, {})).toMatchObject({ status: 429, retryAfter: 60 });
      const elsewhere = { cookie: null, address: '192.0.2.2' };
      expect(await accounts.call(name, {}, elsewhere)).toMatchObject({ status: 422 });
    }
    time += MINUTE;
    expect(await call('sign-in/email', {})).toMatchObject({ status: 422 });
  });

  it('takes another name, of somebody who is signed in', async () => {
    const cookie = await signUp(freshEmail());
    expect(await call('update-user', { name: ' Grace ' }, cookie)).toMatchObject({ ok: true });
    expect((await accounts.identify(cookie))?.user.name).toBe('Grace');
    expect(await call('update-user', { name: ' ' }, cookie)).toMatchObject({
      status: 422,
      errors: [{ path: 'name' }],
    });
    expect(await call('update-user', { name: 'Bob' })).toMatchObject({ code: 'not_signed_in' });
    expect((await accounts.identify(cookie))?.user.name).toBe('Grace');
  });

  it('lets a browser keep the theme of whoever signs in, if they chose one', async () => {
    const email = freshEmail();
    const cookie = await signUp(email);
    expect(themesIn(await signIn(email, PASSWORD))).toEqual([]);
    for (const [theme, line] of [
      ['dark', 'theme=dark; Path=/; Max-Age=31536000; SameSite=Lax'],
      ['system', 'theme=system; Path=/; Max-Age=0; SameSite=Lax'],
    ]) {
      expect(await call('update-user', { name: 'Ada', theme }, cookie)).toMatchObject({ ok: true });
      expect(themesIn(await signIn(email, PASSWORD))).toEqual([line]);
    }
    expect(await call('update-user', { name: 'Ada', theme: 'pink' }, cookie)).toMatchObject({
      errors: [{ path: 'theme' }],
    });
  });

  it('takes names of any script, but none that is not to be seen or turns other words around', async () => {
    const cookie = await signUp(freshEmail());
    for (const name of [
      'مریم\u200cها',
      '👩\u200d🚀',
      '山田 太郎',
      'Zoe\u0301',
      'D’Arcy-Smith 3.',
    ]) {
      expect(await call('update-user', { name }, cookie), name).toMatchObject({ ok: true });
    }
    for (const name of ['\u200b\u200b', '\u2060', '\u202egnp.ada\u202c', 'Ada\u2067']) {
      expect(await call('update-user', { name }, cookie), name).toMatchObject({
        errors: [{ path: 'name' }],
      });
    }
  });

  describe('changing the password', () => {
    it('signs out everywhere else and keeps this device signed in', async () => {
      const email = freshEmail();
      const [here, there] = [await signUp(email), cookieOf(await signIn(email, PASSWORD))];
      const changed = await call(
        'change-password',
        { currentPassword: PASSWORD, newPassword: 'another one' },
        here,
      );
      expect(await accounts.identify(there)).toBeNull();
      expect(await accounts.identify(here)).toBeNull();
      expect((await accounts.identify(cookieOf(changed)))?.user.email).toBe(email);
      expect(await signIn(email, PASSWORD)).toMatchObject({ status: 401 });
      expect(await signIn(email, 'another one')).toMatchObject({ ok: true });
    });

    it('needs the current one, and counts wrong ones with those of signing in', async () => {
      const email = freshEmail();
      const cookie = await signUp(email);
      await guess(email, WRONG_PASSWORDS.limit - 1);
      const wrong = { currentPassword: 'wrong', newPassword: 'another one' };
      expect(await call('change-password', wrong, cookie)).toMatchObject({
        status: 401,
        code: 'wrong_password',
        errors: [{ path: 'currentPassword' }],
      });
      expect(await call('change-password', wrong, cookie)).toMatchObject({ status: 429 });
      expect(await signIn(email, PASSWORD)).toMatchObject({ status: 429 });
    });

    it('needs somebody who is signed in', async () => {
      const passwords = { currentPassword: PASSWORD, newPassword: 'another one' };
      expect(await call('change-password', passwords)).toMatchObject({
        status: 401,
        code: 'not_signed_in',
      });
    });
  });

  describe('a forgotten password', () => {
    const tokenIn = (mail: { link: string } | undefined) =>
      new URL(mail!.link).searchParams.get('token');

    it('is replaced through a link that works once and signs out everywhere', async () => {
      const email = freshEmail();
      const cookie = await signUp(email);
      await guess(email, WRONG_PASSWORDS.limit);
      expect(await signIn(email, PASSWORD)).toMatchObject({ status: 429 });

      await call('request-password-reset', { email });
      expect(mails.map((mail) => mail.email)).toEqual([email]);
      expect(mails[0]?.link).toContain('http://127.0.0.1:3000/reset-password?token=');
      const reset = { token: tokenIn(mails[0]), newPassword: 'another one' };
      expect(await call('reset-password', reset)).toMatchObject({ ok: true });
      expect(await accounts.identify(cookie)).toBeNull();
      expect(await signIn(email, 'another one'), 'the lock went too').toMatchObject({ ok: true });
      expect(await call('reset-password', reset)).toMatchObject({ code: 'invalid_token' });
    });

    it('is asked for alike whether or not the address has an account, and mailed thrice', async () => {
      const email = freshEmail();
      await signUp(email);
      const answers = [await call('request-password-reset', { email: freshEmail() })];
      for (let each = 0; each < 5; each++) {
        answers.push(await call('request-password-reset', { email }));
      }
      expect(mails).toHaveLength(3);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });

    it('waits for no mail server, but the site does before it ends', async () => {
      const email = freshEmail();
      await signUp(email);
      const gate = Promise.withResolvers<undefined>();
      accounts = await reopen({ sendResetLink: async () => gate.promise });
      expect(await call('request-password-reset', { email })).toMatchObject({ ok: true });
      let isClosed = false;
      const closing = accounts.close().then(() => (isClosed = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect(isClosed).toBe(false);
      gate.resolve(undefined);
      await closing;
    });

    it('needs a mail server', async () => {
      accounts = await reopen({ sendResetLink: null });
      expect(accounts.sendsMail).toBe(false);
      expect(await call('request-password-reset', { email: freshEmail() })).toMatchObject({
        status: 403,
        code: 'no_mail',
      });
    });
  });

  it('extends a session once a day, when somebody comes back', async () => {
    const cookie = await signUp(freshEmail());
    const fresh = (await accounts.identify(cookie))!;
    expect(await accounts.renew(fresh, cookie)).toBeNull();

    const { database } = settings;
    const soon = new Date(Date.now() + 10 * DAY);
    await database.kysely
      .updateTable('sessions')
      .set({ expires_at: kind.dialect === 'sqlite' ? soon.toISOString() : soon })
      .where('user_id', '=', fresh.user.id)
      .execute();
    const old = (await accounts.identify(cookie))!;
    expect(old.expiresAt).toEqual(soon);

    const renewed = await accounts.renew(old, cookie);
    expect(cookieOf(renewed!)).toBe(cookie);
    const days = ((await accounts.identify(cookie))!.expiresAt.getTime() - Date.now()) / DAY;
    expect(days).toBeCloseTo(SESSION_DAYS, 2);
  });

  it('asks better-auth without extending anything', async () => {
    const cookie = await signUp(freshEmail());
    const answer = await call('get-session', {}, cookie);
    expect(answer).toMatchObject({ ok: true, body: { user: { name: 'Ada' } }, cookies: [] });
    expect(await call('get-session', {})).toMatchObject({ ok: true, body: null });
  });

  it('sets cookies that scripts cannot read, Secure exactly when the site is https', async () => {
    const input = () => ({ name: 'Ada', email: freshEmail(), password: PASSWORD });
    const http = await call('sign-up/email', input());
    accounts = await reopen({ origin: 'https://learn.example.org' });
    const https = await call('sign-up/email', input());
    const linesOf = (answer: Answer) => (answer.ok ? answer.cookies : []);
    expect(linesOf(http)).toEqual([
      expect.stringMatching(/^cairn\.session_token=.*; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(linesOf(https)).toEqual([
      expect.stringMatching(/^__Secure-cairn\.session_token=.*; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect(await accounts.identify(cookieOf(https))).not.toBeNull();
  });

  it('logs no e-mail address, password, cookie or token', async () => {
    const email = freshEmail();
    const cookie = await signUp(email);
    await call('sign-up/email', { name: 'B', email, password: PASSWORD });
    await Promise.all([signUp(email).catch(() => null), signUp(email).catch(() => null)]);
    await signIn(email, 'wrong password');
    accounts = await reopen({
      sendResetLink: () => Promise.reject(new Error(`550 no mailbox for ${email}`)),
    });
    await call('request-password-reset', { email });
    await accounts.close();
    expect(lines).toEqual(['A mail was not sent: unknown error']);
    expect(lines.join('\n')).not.toContain(email);
    expect(cookie).not.toBe('');
  });
});

/** The `Cookie` header of a browser that got an answer; throws for a refusal. */
function cookieOf(answer: Answer): string {
  if (!answer.ok) throw new Error(`Refused: ${answer.code}`);
  return answer.cookies
    .map((line) => line.split(';')[0]!)
    .filter((pair) => !pair.endsWith('='))
    .join('; ');
}

/** The lines of an answer that let a browser keep a theme. */
function themesIn(answer: Answer): string[] {
  if (!answer.ok) throw new Error(`Refused: ${answer.code}`);
  return answer.cookies.filter((line) => line.startsWith('theme='));
}
