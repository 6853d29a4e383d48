import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMailServer } from '../support/mail-server.ts';
import { duringTest, startSite } from '../support/site.ts';
import type { Site, SiteOptions } from '../support/site.ts';
import { freshEmail, PASSWORD, problemIn, signUp, visitorOf, whoIs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

const root = join(import.meta.dirname, '..', '..');

/** A site for one test. */
const start = (options?: SiteOptions) => duringTest(startSite(options));

describe.each([
  ['its own address', undefined, false],
  ['an http address behind a proxy', 'http://learn.example.org:8080', false],
  ['an https address behind a proxy', 'https://learn.example.org', true],
])('plain forms, the site reached by %s', (_, origin, isSecure) => {
  let site: Site;
  beforeAll(async () => void (site = await startSite(origin ? { origin } : {})));
  afterAll(() => site.stop());

  it('sign up, out and in, change the password, and lead where they were asked for', async () => {
    const email = freshEmail();
    const here = visitorOf(site);
    const up = await here.form('/sign-up?to=/account', { name: 'Ada', email, password: PASSWORD });
    expect([up.status, up.headers.get('location')]).toEqual([303, '/account']);
    expect(await whoIs(here)).toBe(email);
    expect(await (await here.get('/account')).text()).toContain(email);

    const before = visitorOf(site, here.cookie());
    const out = await here.form('/sign-out', {});
    expect([out.status, out.headers.get('location')]).toEqual([303, '/']);
    expect(here.cookie()).toBe('');
    expect(await whoIs(before), 'the session is over, not only the cookie').toBeNull();

    const signIn = await here.form('/sign-in?to=//evil.example', { email, password: PASSWORD });
    expect([signIn.status, signIn.headers.get('location')]).toEqual([303, '/dashboard']);
    const elsewhere = visitorOf(site);
    await elsewhere.form('/sign-in', { email, password: PASSWORD });
    expect(await whoIs(elsewhere)).toBe(email);

    const passwords = { currentPassword: PASSWORD, newPassword: 'another password' };
    const changed = await here.form('/account/password', passwords);
    expect(changed.status).toBe(200);
    expect(await changed.text()).toContain('Your password is changed');
    expect(await whoIs(here)).toBe(email);
    expect(await whoIs(elsewhere)).toBeNull();
  });

  it(`set a cookie that is ${isSecure ? '' : 'not '}Secure, and that no script reads`, async () => {
    const email = freshEmail();
    const account = { name: 'Ada', email, password: PASSWORD };
    const answers = [
      await visitorOf(site).form('/sign-up', account),
      await visitorOf(site).json('/api/auth/sign-in/email', account),
    ];
    for (const answer of answers) {
      const [line = ''] = answer.headers.getSetCookie();
      expect(line).toMatch(isSecure ? /^__Secure-cairn\.session_token=/ : /^cairn\.session_token=/);
      expect(line).toContain('; HttpOnly');
      expect(line).toMatch(/; SameSite=Lax/i);
      expect(line.includes('; Secure')).toBe(isSecure);
    }
  });

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'https://sub.learn.example.org'])(
    'are refused from %s, and change nothing',
    async (foreign) => {
      const learner = await signUp(site);
      const fields = { name: 'Ada', email: freshEmail(), password: PASSWORD };
      for (const path of [
        '/sign-up',
        '/sign-in',
        '/sign-out',
        '/account',
        '/account/delete',
        '/reset-password',
      ]) {
        const answer = await learner.form(path, fields, { origin: foreign });
        expect([path, answer.status]).toEqual([path, 403]);
      }
      expect(await whoIs(learner)).toBe(learner.email);
      expect((await learner.json('/api/auth/sign-in/email', fields)).status).toBe(401);
    },
  );

  it('leave nothing about anybody in the log', async () => {
    const learner = await signUp(site);
    const account = { name: 'Ada', email: learner.email, password: PASSWORD };
    await learner.form('/sign-up', account);
    await learner.form('/sign-in', { ...account, password: 'wrong password' });
    await learner.json('/api/auth/sign-up/email', { ...account, email: `\0${learner.email}` });
    expect(site.output()).toMatch(/^Cairn is ready at [^\n]+\n$/);
  });

  it('carry security headers, HSTS exactly when the address is https', async () => {
    for (const path of ['/sign-in', '/api/auth/get-session', '/healthz', '/nowhere/at/all']) {
      const { headers } = await visitorOf(site).get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.has('strict-transport-security')).toBe(isSecure);
    }
  });
});

it('takes no new accounts when sign-up is closed, and says so', async () => {
  const visitor = visitorOf(await start({ settings: { SIGN_UP: 'closed' } }));
  const page = await (await visitor.get('/sign-up')).text();
  expect(page).toContain('This site takes no new accounts');
  expect(page).not.toContain('name="password"');
  const account = { name: 'Ada', email: freshEmail(), password: PASSWORD };
  expect((await visitor.form('/sign-up', account)).status).toBe(403);
  const answer = await visitor.json('/api/auth/sign-up/email', account);
  expect(await problemIn(answer)).toMatchObject({ status: 403, code: 'sign_up_closed' });
});

describe('an account page', () => {
  let site: Site;
  beforeAll(async () => void (site = await startSite()));
  afterAll(() => site.stop());

  it('of somebody who is signed in is stored nowhere', async () => {
    const learner = await signUp(site);
    for (const path of ['/account', '/account/__data.json']) {
      const { headers } = await learner.get(path);
      expect(headers.get('cache-control')).toBe('private, no-store');
    }
    const { headers } = await visitorOf(site).get('/sign-in');
    expect(headers.get('cache-control') ?? '').not.toContain('no-store');
  });

  it('that needs an account leads to sign-in and back', async () => {
    const answer = await visitorOf(site).get('/account');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?to=/account']);
    const learner = await signUp(site);
    const back = await learner.get('/sign-in?to=/account');
    expect([back.status, back.headers.get('location')]).toEqual([303, '/account']);
  });

  it('names each field that was refused, and keeps what was typed but no password', async () => {
    const fields = { name: 'Ada "L"', email: 'not one', password: 'shrt' };
    const answer = await visitorOf(site).form('/sign-up', fields);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('value="Ada &quot;L&quot;"');
    expect(page).toContain('value="not one"');
    expect(page).not.toContain('shrt');
    expect(page).toContain('role="alert"');
    for (const field of ['email', 'password']) {
      expect(page).toContain(`href="#${field}"`);
      const input = new RegExp(`<input[^>]*id="${field}"[^>]*>`).exec(page)?.[0];
      expect(input).toContain('aria-invalid="true"');
      expect(input).toMatch(new RegExp(`aria-describedby="[^"]*${field}-error"`));
    }
  });
});

describe('a forgotten password', () => {
  it('is replaced through a link that the site mails', async () => {
    const mails = await startMailServer();
    onTestFinished(() => mails.stop());
    const site = await start({
      origin: 'https://learn.example.org',
      settings: { SMTP_URL: `${mails.url}?from=learn@example.org`, SITE_TITLE: 'Knots' },
    });
    const learner = await signUp(site);
    const asked = await visitorOf(site).form('/forgot-password', { email: learner.email });
    expect(await asked.text()).toContain('a link is on its way');
    const mail = await mails.next();
    expect(mail).toMatchObject({ from: 'learn@example.org', to: learner.email });
    expect(mail.text).toContain('Subject: Set a new password for Knots');
    const link = /https:\/\/learn\.example\.org\/reset-password\?token=\S+/.exec(mail.text)?.[0];
    await setNewPassword(site, learner, link ?? 'no link');
  });

  it('is replaced through a link that its owner prints when the site sends no mail', async () => {
    const site = await start();
    const page = await visitorOf(site).get('/forgot-password');
    expect(await page.text()).toContain('ask its owner for a link');
    const learner = await signUp(site);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@sveltekit-cairn/source', 'scripts/account-reset.js', learner.email],
      { cwd: root, env: { PATH: process.env['PATH'], DATA_DIR: site.data, ORIGIN: site.origin } },
    );
    await setNewPassword(site, learner, stdout.trim());
  });

  async function setNewPassword(site: Site, learner: Visitor & { email: string }, link: string) {
    const { pathname, search, searchParams, origin } = new URL(link);
    expect([origin, pathname]).toEqual([site.origin, '/reset-password']);
    const visitor = visitorOf(site);
    const { headers } = await visitor.get(pathname + search);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');

    const fields = { token: searchParams.get('token') ?? '', newPassword: 'another password' };
    const tooShort = await visitor.form(pathname, { ...fields, newPassword: 'short' });
    expect(tooShort.status).toBe(422);
    const done = await visitor.form(pathname, fields);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/sign-in?password-is-set']);
    expect((await visitor.form(pathname, fields)).status, 'it works once').toBe(400);
    expect(await whoIs(learner), 'signed out everywhere').toBeNull();
    const account = { email: learner.email, password: fields.newPassword };
    expect((await visitor.json('/api/auth/sign-in/email', account)).status).toBe(200);
  }
});
