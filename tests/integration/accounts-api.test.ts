import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duringTest, startSite } from '../support/site.ts';
import type { Site, SiteOptions } from '../support/site.ts';
import { freshEmail, PASSWORD, problemIn, signUp, visitorOf, whoIs } from '../support/visitor.ts';

describe('/api/auth', () => {
  let site: Site;
  beforeAll(async () => void (site = await startSite()));
  afterAll(() => site.stop());

  it('signs up, says who it is, and signs out at once', async () => {
    const learner = await signUp(site);
    const session = await learner.get('/api/auth/get-session');
    expect(session.headers.get('cache-control')).toBe('no-store');
    expect(await session.json()).toMatchObject({ user: { email: learner.email, name: 'Ada' } });

    const elsewhere = visitorOf(site, learner.cookie());
    expect((await learner.json('/api/auth/sign-out', {})).status).toBe(200);
    expect(learner.cookie()).toBe('');
    expect(await whoIs(elsewhere)).toBeNull();
  });

  it.each([
    { type: 'text/plain', body: '{}', status: 415, code: 'not_json' },
    { type: 'application/x-www-form-urlencoded', body: 'email=a', status: 415, code: 'not_json' },
    { type: 'application/json', body: '{"email":', status: 400, code: 'invalid_json' },
    { type: 'application/json', body: '', status: 400, code: 'invalid_json' },
    { type: 'application/json', body: '['.repeat(1e5), status: 400, code: 'invalid_json' },
    { type: 'application/json; charset=utf-8', body: '[]', status: 422, code: 'invalid' },
    { type: 'application/json', body: 'null', status: 422, code: 'invalid' },
    { type: 'application/json', body: '{"email":{"$ne":""}}', status: 422, code: 'invalid' },
  ])('refuses $type of $body.length characters with $code', async ({ type, body, ...problem }) => {
    const answer = await fetch(`${site.address}/api/auth/sign-in/email`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, origin: site.origin },
    });
    expect(await problemIn(answer)).toMatchObject(problem);
  });

  it('refuses a body over 256 KiB, whether or not it is announced', async () => {
    const send = (init: object) =>
      fetch(`${site.address}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        ...init,
      });
    const body = JSON.stringify({ email: 'a'.repeat(10_000_000), password: 'x' });
    const streamed = { body: new Blob([body]).stream(), duplex: 'half' };
    for (const init of [{ body }, streamed]) {
      expect(await problemIn(await send(init))).toMatchObject({ status: 413, code: 'too_large' });
    }
  });

  it.each([
    ['GET', 'sign-in/email', 405],
    ['PUT', 'sign-up/email', 405],
    ['DELETE', 'sign-out', 405],
    ['GET', 'list-sessions', 404],
    ['GET', 'delete-user', 405],
    ['POST', 'change-email', 404],
    ['POST', 'revoke-sessions', 404],
    ['POST', 'sign-in/social', 404],
    ['POST', 'constructor', 404],
    ['POST', '__proto__', 404],
    ['GET', '', 404],
  ])('answers %s %s with %i', async (method, name, status) => {
    const { cookie } = await signUp(site);
    const answer = await fetch(`${site.address}/api/auth/${name}`, {
      method,
      headers: { origin: site.origin, cookie: cookie() },
    });
    expect(answer.status).toBe(status);
  });

  it.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses another site: %j', async (headers: Record<string, string>) => {
    const learner = await signUp(site);
    const answer = await learner.json('/api/auth/sign-out', {}, headers);
    expect(await problemIn(answer)).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await whoIs(learner)).toBe(learner.email);
  });

  it('takes requests that come from no browser', async () => {
    const learner = await signUp(site);
    const answer = await fetch(`${site.address}/api/auth/sign-out`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', cookie: learner.cookie() },
    });
    expect(answer.status).toBe(200);
    expect(await whoIs(learner)).toBeNull();
  });

  it.each([
    { name: 'a\0b' },
    { name: '\ud800' },
    { name: 'x'.repeat(101) },
    { name: ' ' },
    { email: 'a\0b@example.org' },
    { email: `${'a'.repeat(300)}@example.org` },
    { email: 'a@b' },
    { email: 'a@b@example.org' },
    { password: 'short' },
    { password: 'x'.repeat(129) },
    { password: '\udc00'.repeat(10) },
  ])('takes no account that it could not keep: %j', async (bad) => {
    const account = { name: 'Ada', email: freshEmail(), password: PASSWORD, ...bad };
    const answer = await visitorOf(site).json('/api/auth/sign-up/email', account);
    expect(await problemIn(answer)).toMatchObject({
      status: 422,
      code: 'invalid',
      errors: [{ path: Object.keys(bad)[0] }],
    });
  });

  it.each(["o'brien", 'ada+test', 'a.b-c_d'])('takes the address %s@…', async (name) => {
    const account = { name: 'Ada', email: `${name}.${freshEmail()}`, password: PASSWORD };
    const answer = await visitorOf(site).json('/api/auth/sign-up/email', account);
    expect(answer.status).toBe(200);
  });

  it('lets a sign-up decide nothing that it is not asked for', async () => {
    const extra = { id: 'mine', emailVerified: true, image: 'x', role: 'admin', createdAt: 0 };
    const account = { name: 'Ada', email: freshEmail(), password: PASSWORD, ...extra };
    const answer = await visitorOf(site).json('/api/auth/sign-up/email', account);
    const { user } = (await answer.json()) as { user: Record<string, unknown> };
    expect(user).toMatchObject({ emailVerified: false, image: null });
    expect(user['id']).not.toBe('mine');
    expect(user).not.toHaveProperty('role');
  });
});

describe('limits', () => {
  const SIGN_IN = '/api/auth/sign-in/email';
  const wrong = { email: 'nobody', password: '' };

  const start = (options?: SiteOptions) => duringTest(startSite(options));

  it('count 300 a minute per client address, whatever it claims and however it asks', async () => {
    const site = await start();
    const visitor = visitorOf(site);
    const spellings = [SIGN_IN, '/api/auth/sign-in%2Femail', '/api/auth/x/../sign-in/email'];
    for (let each = 0; each < 300; each++) {
      const claims = { 'x-forwarded-for': `192.0.2.${each}`, 'x-real-ip': `192.0.2.${each}` };
      const { status } = await (each % 2 === 0
        ? visitor.form('/sign-in', wrong, claims)
        : visitor.json(spellings[each % 3]!, wrong, claims));
      expect(status).toBe(422);
    }
    const answer = await visitor.json(SIGN_IN, wrong);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemIn(answer)).toMatchObject({ status: 429, code: 'rate_limited' });
    const page = await visitor.form('/sign-in', wrong);
    expect([page.status, page.headers.has('retry-after')]).toEqual([429, true]);
    const signUp = await visitor.json('/api/auth/sign-up/email', wrong);
    expect(signUp.status, 'signing up is counted apart').toBe(422);
  });

  it('know clients behind a proxy by the header that the settings name', async () => {
    const site = await start({ settings: { ADDRESS_HEADER: 'X-Forwarded-For', XFF_DEPTH: '1' } });
    const visitor = visitorOf(site);
    const from = async (address: string) =>
      (await visitor.json(SIGN_IN, wrong, { 'x-forwarded-for': `198.51.100.9, ${address}` }))
        .status;
    for (let each = 0; each < 300; each++) expect(await from('192.0.2.1')).toBe(422);
    expect(await from('192.0.2.1')).toBe(429);
    expect(await from('192.0.2.2')).toBe(422);
    expect((await visitor.json(SIGN_IN, wrong)).status, 'past the proxy').toBe(422);
  });

  it('lock an address after 10 wrong passwords, by form or API, account or not', async () => {
    const site = await start();
    const { email: known } = await signUp(site);
    const visitor = visitorOf(site);
    const refusals: string[] = [];
    for (const email of [known, freshEmail()]) {
      for (let each = 0; each < 10; each++) {
        const guess = { email, password: `wrong ${each}` };
        const { status } = await (each % 2 === 0
          ? visitor.form('/sign-in', guess)
          : visitor.json(SIGN_IN, guess));
        expect(status).toBe(401);
      }
      const right = await visitor.json(SIGN_IN, { email, password: PASSWORD });
      expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(14 * 60);
      const { traceId: _, ...problem } = await problemIn(right);
      refusals.push(JSON.stringify(problem).replaceAll(/\d+(\.\d+)?/g, 'n'));
    }
    expect(refusals[0]).toBe(refusals[1]);
    expect(refusals[0]).toContain('rate_limited');
  });
});
