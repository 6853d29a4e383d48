import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { folderWith } from '../../src/site/content/folder.testing.ts';
import { startPostgres } from '../support/postgres.ts';
import { duringTest, startSite } from '../support/site.ts';
import type { Site, SiteOptions } from '../support/site.ts';
import { rawRequest, signUp, visitorOf, whoIs } from '../support/visitor.ts';

const root = join(import.meta.dirname, '..', '..');

/** A site for one test. */
const start = (options?: SiteOptions) => duringTest(startSite(options));

describe('the address that a request claims to be for', () => {
  let site: Site;
  beforeAll(async () => void (site = await startSite({ origin: 'https://learn.example.org' })));
  afterAll(() => site.stop());

  const body = 'email=a%40example.org&password=wrong-password';
  const post = (origin: string, { path = '/sign-in', headers = {} } = {}) =>
    rawRequest(site, {
      path,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, ...headers },
      body,
    });

  it.each([
    ['Host', { host: 'evil.example' }],
    ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }],
    ['our own headers', { 'x-cairn-host': 'evil.example', 'x-cairn-protocol': 'http' }],
    ['Forwarded', { forwarded: 'host=evil.example;proto=http' }],
  ])('changes nothing through %s', async (_, headers) => {
    expect((await post('https://evil.example', { headers })).status).toBe(403);
    expect((await post('http://evil.example', { headers })).status).toBe(403);
    expect((await post('https://learn.example.org', { headers })).status).toBe(401);
    const page = await rawRequest(site, { path: '/sign-in', headers });
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('evil.example');
  });

  it('changes nothing through an absolute target', async () => {
    const path = 'http://.evil.example/sign-in';
    expect((await post('https://learn.example.org.evil.example', { path })).status).toBe(403);
    expect((await post('https://learn.example.org', { path })).status).toBe(401);
    expect((await rawRequest(site, { path: '*', method: 'OPTIONS' })).status).toBe(400);
  });
});

it('leads a browser from localhost to the address that its forms will come from', async () => {
  const site = await start();
  const { port } = new URL(site.address);
  const visit = (headers: Record<string, string>) =>
    rawRequest(site, { path: '/sign-in?to=/account', headers });
  const browser = { host: `localhost:${port}`, 'sec-fetch-mode': 'navigate' };
  expect(await visit(browser)).toMatchObject({
    status: 307,
    headers: { location: `${site.address}/sign-in?to=/account` },
  });
  expect((await visit({ host: browser.host })).status).toBe(200);
  expect((await visit({ ...browser, host: `evil.example:${port}` })).status).toBe(200);
});

it('says that it lives and that its database takes writes, to anybody', async () => {
  const site = await start();
  for (const path of ['/healthz', '/readyz']) {
    const answer = await visitorOf(site).get(path);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toEqual({ status: 'ok' });
  }
});

it('asks a browser for the words of a page before its scripts', async () => {
  const { body } = await rawRequest(await start(), { path: '/' });
  const scripts = body.match(/<link[^>]*modulepreload[^>]*>/g)!;
  expect(scripts.length).toBeGreaterThan(5);
  expect(scripts.filter((link) => !link.includes('fetchpriority="low"'))).toEqual([]);
});

it('lets the browser compile the scripts of a page before they run', async () => {
  const site = await start();
  const { body } = await rawRequest(site, { path: '/' });
  for (const [, path] of body.matchAll(/href="([^"]+)" rel="modulepreload"/g)) {
    const script = await rawRequest(site, { path: path! });
    expect(script.body).toContain('//# allFunctionsCalledOnLoad\n');
  }
});

describe('the server does not start', () => {
  /** Runs server.js until it ends, and answers its exit code and what it said. */
  async function run(settings: Record<string, string>) {
    const data = folderWith({});
    const server = spawn(process.execPath, ['server.js'], {
      cwd: root,
      env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: data, ...settings },
    });
    const exit = once(server, 'exit') as Promise<[number]>;
    const [said, [code]] = await Promise.all([text(server.stderr), exit]);
    return { code, said };
  }

  it.each([
    [{ ORIGIN: 'learn.example.org' }, /^ORIGIN must be/],
    [{ AUTH_SECRET: 'too short' }, /^AUTH_SECRET must be/],
    [{ AUTH_SECRET: 'better-auth-secret-12345678901234567890' }, /^AUTH_SECRET must be/],
    [{ CONTENT_DIR: '/nowhere/at/all' }, /^CONTENT_DIR must be/],
    [{ DATA_DIR: 'package.json/data' }, /^DATA_DIR must be/],
    [{ DATABASE_URL: 'postgres://cairn@127.0.0.1:1/cairn' }, /^The database .* does not answer/],
    [{ SIGN_UP: 'maybe' }, /^SIGN_UP must be/],
    [{ PORT: 'http' }, /^PORT must be/],
    [{ HOST: '203.0.113.1' }, /^HOST and PORT must be/],
  ])('with %j, and says why in one sentence', async (settings, sentence) => {
    const { code, said } = await run(settings);
    expect(said).toMatch(sentence);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('on a port that is in use', async () => {
    const { port } = new URL((await start()).address);
    const { code, said } = await run({ PORT: port });
    expect(said).toBe(
      `Port ${port} of 127.0.0.1 is in use: end the program that uses it, or set PORT.\n`,
    );
    expect(code).toBe(1);
  });
});

describe('asked to end', () => {
  /** A sign-out whose body is still on its way. */
  async function slowRequest(site: Site) {
    const { cookie } = await signUp(site);
    const { hostname: host, port } = new URL(site.address);
    const headers = {
      'content-type': 'application/json',
      cookie: cookie(),
      expect: '100-continue',
    };
    const slow = request({ host, port, method: 'POST', path: '/api/auth/sign-out', headers });
    // The server says so when it has read the head and waits for the rest.
    await once(slow, 'continue');
    slow.write('{');
    return slow;
  }

  /** Waits until the site takes nothing new: it knows that it is to end. */
  async function refusing(site: Site) {
    const attempt = () =>
      visitorOf(site)
        .get('/healthz')
        .then(String, () => 'refused');
    await expect.poll(attempt).toBe('refused');
  }

  it('finishes what is under way, takes nothing new, and ends with 0', async () => {
    const site = await startSite();
    const slow = await slowRequest(site);
    // A terminal and npm both pass on the same Ctrl-C.
    process.kill(site.pid, 'SIGINT');
    const stopped = site.stop();
    await refusing(site);
    slow.end('}');
    const [answer] = (await once(slow, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(await stopped).toBe(0);
  });

  it('ends at once when asked again', async () => {
    const site = await startSite();
    const slow = await slowRequest(site);
    slow.on('error', () => undefined);
    process.kill(site.pid, 'SIGTERM');
    await refusing(site);
    await sleep(600); // later than one press of Ctrl-C may be heard twice
    expect(await site.stop()).toBe(1);
  });

  it('does not wait for idle connections', async () => {
    const site = await startSite();
    const { port } = new URL(site.address);
    const idle = connect(Number(port), '127.0.0.1');
    await once(idle, 'connect');
    await visitorOf(site).get('/healthz');
    const begun = Date.now();
    expect(await site.stop()).toBe(0);
    // It would be cut off after ten seconds.
    expect(Date.now() - begun).toBeLessThan(9000);
    idle.destroy();
  });

  it('keeps its secret and its sessions for the next start', async () => {
    const data = folderWith({});
    const first = await startSite({ data });
    const { cookie, email } = await signUp(first);
    await first.stop();
    expect(await whoIs(visitorOf(await start({ data }), cookie()))).toBe(email);
  });
});

describe('several processes on one database', () => {
  async function expectShared([first, ...others]: Site[]) {
    const learner = await signUp(first!);
    for (const other of others) {
      expect(await whoIs(visitorOf(other, learner.cookie()))).toBe(learner.email);
    }
    await visitorOf(others[0]!, learner.cookie()).form('/sign-out', {});
    for (const site of [first!, ...others]) {
      expect(await whoIs(visitorOf(site, learner.cookie()))).toBeNull();
    }
  }

  it('share accounts and sessions on SQLite, also when they start together', async () => {
    const data = folderWith({});
    await expectShared(await Promise.all([start({ data }), start({ data }), start({ data })]));
  });

  it('share them on PostgreSQL', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const databaseUrl = await postgres.createDatabase();
    const settings = { AUTH_SECRET: 'Zq3v9LxT0aWm7kYp2sRf8dHj4nBc6uGe' };
    const options = { databaseUrl, settings };
    await expectShared(await Promise.all([start(options), start(options)]));
  });
});
