import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Sent } from '../support/exchange.ts';
import { CLOVE, KNOTS } from '../support/knots.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

const UPDATE = '/api/progress/update';
const SYNC = '/api/progress/sync';
const MIB = 1024 * 1024;

let site: WatchedSite;
let ann: Learner;

beforeAll(async () => {
  // A small heap: a large one is filled before it is cleared, which looks like a leak.
  const settings = { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=8' };
  site = await startWatchedSite({ files: KNOTS, settings });
  ann = await site.signUp();
});
afterAll(() => site.stop());

const asJson = (body: string | Uint8Array): Sent => ({
  headers: { 'content-type': 'application/json' },
  body,
});
const asForm = (body: string | Uint8Array): Sent => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.origin },
  body,
});

/** What takes longer costs more than its size does; a machine that is busy answers nothing at once. */
const AT_ONCE_MS = 5000;

/** Fails unless the answer is a refusal that came at once. */
function expectRefusal({ status, took }: Answer, statuses?: number[]): void {
  if (statuses) expect(statuses).toContain(status);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(took).toBeLessThan(AT_ONCE_MS);
}

describe('it refuses at once, changes nothing and lives on', () => {
  let before: string;
  beforeEach(async () => void (before = await site.dump()));
  afterEach(async () => {
    expect(await site.dump()).toBe(before);
    expect((await site.send('GET', '/healthz')).status).toBe(200);
  });

  it.each([
    { path: UPDATE, learner: true, form: false, statuses: [413] },
    { path: SYNC, learner: true, form: false, statuses: [413] },
    { path: UPDATE, learner: false, form: false, statuses: [401] },
    { path: '/api/progress', learner: true, form: false, statuses: [405] },
    { path: '/api/nowhere', learner: true, form: false, statuses: [404] },
    { path: '/api/auth/sign-in/email', learner: false, form: false, statuses: [413] },
    { path: '/sign-in', learner: false, form: true, statuses: [413] },
    { path: '/account', learner: true, form: true, statuses: [413] },
    { path: `${CLOVE}?/mark`, learner: true, form: true, statuses: [413] },
    { path: '/dashboard', learner: true, form: true, statuses: [405] },
    { path: '/favicon.svg', learner: false, form: false, statuses: [405] },
  ])('10 MB to $path', async ({ path, learner, form, statuses }) => {
    const send = learner ? ann.send : site.send;
    const body = form ? `email=${'x'.repeat(10 * MIB)}` : `{"data":"${'x'.repeat(10 * MIB)}"}`;
    const sent = form ? asForm(body) : asJson(body);
    for (const chunked of [false, true]) {
      expectRefusal(await send('POST', path, { ...sent, chunked }), statuses);
    }
  });

  it.each<[string, string]>([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['lists that never end', '['.repeat(250_000)],
    ['objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['both', `${'[{"a":'.repeat(35_000)}1${'}]'.repeat(35_000)}`],
  ])('JSON that is 100,000 deep: %s', async (_, deep) => {
    const inUpdate = `{"contentId":"clove","contentType":"lesson","status":"completed","data":${deep}}`;
    for (const body of [deep, inUpdate, `{"operations":${deep}}`, `{"contentId":${deep}}`]) {
      expectRefusal(await ann.send('POST', UPDATE, asJson(body)), [400, 413, 422]);
      expectRefusal(await ann.send('POST', SYNC, asJson(body)), [400, 413, 422]);
      expectRefusal(await site.send('POST', '/api/auth/sign-in/email', asJson(body)));
    }
  });

  it.each(
    [
      '"__proto__":{"status":"completed"}',
      '"constructor":{"prototype":{"status":"completed"}}',
      '"toString":1',
      '"contentId":"clo\\u0000ve"',
      '"contentId":"\\ud800"',
      '"contentId":"\\udc00clove"',
      `"contentId":"${'x'.repeat(100_000)}"`,
      '"contentId":9007199254740993',
      '"contentId":{"__proto__":"clove"}',
      '"progressPercentage":1e309',
      '"progressPercentage":-1e309',
      '"progressPercentage":9007199254740992',
      '"progressPercentage":9007199254740993',
      '"progressPercentage":1e-400',
      '"progressPercentage":-1e-400',
      '"progressPercentage":99.99999999999999999999',
      '"progressPercentage":0.5',
      '"score":1e309',
      '"data":"\\u0000"',
      '"data":{"a\\u0000":1}',
      '"data":"\\udfff\\ud800"',
      '"data":{"\\ud800":1}',
      '"data":1e309',
      '"data":[9007199254740993]',
      '"data":-9007199254740992',
      `"data":"${'é'.repeat(17_000)}"`,
      `"data":${'['.repeat(21)}${']'.repeat(21)}`,
    ].map(named),
  )('an update with $name', async ({ value: field }) => {
    const known = '"contentId":"nowhere","contentType":"lesson","status":"completed"';
    expectRefusal(await ann.send('POST', UPDATE, asJson(`{${known},${field}}`)), [404, 422]);
  });

  it.each(
    [
      '"v":1e309',
      '"v":1,"__proto__":{"v":1}',
      '"device":"laptop\\u00000001"',
      '"device":"\\ud800\\ud800\\ud800\\ud800"',
      '"asUser":"\\u0000"',
      '"asUser":"__proto__"',
      '"now":9007199254740993',
      '"now":1e309',
      '"cursor":"\\u0000"',
      `"cursor":"${'A'.repeat(100_000)}"`,
      `"cursor":"${Buffer.from('[1e309,"",""]').toString('base64url')}"`,
      `"cursor":"${Buffer.from('[1,"\\ud800",""]').toString('base64url')}"`,
      `"cursor":"${Buffer.from('{"__proto__":[0,"",""]}').toString('base64url')}"`,
      `"cursor":"${Buffer.from('['.repeat(700)).toString('base64url')}"`,
      '"operations":[{"seq":9007199254740992}]',
      '"operations":[{"seq":1e309}]',
      '"operations":[{"__proto__":{"seq":1}}]',
      '"operations":{"length":1,"0":{"seq":1}}',
      '"operations":[null]',
    ].map(named),
  )('a sync with $name', async ({ value: field }) => {
    const known = `"v":1,"device":"laptop-0001","asUser":"${ann.id}","now":1,"cursor":null,"catalogue":null,"operations":[]`;
    expectRefusal(await ann.send('POST', SYNC, asJson(`{${known},${field}}`)), [409, 422]);
  });

  it.each([
    Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
    Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
    Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    Buffer.alloc(200_000),
    Buffer.alloc(200_000, 0x80),
  ])('bytes that are no text: %j', async (bytes) => {
    for (const path of [UPDATE, SYNC])
      expectRefusal(await ann.send('POST', path, asJson(bytes)), [400]);
  });

  it('forms that are none', async () => {
    const headers = { ...asForm('').headers, accept: 'text/html' };
    for (const path of ['/sign-up', '/account/password', `${CLOVE}?/mark`]) {
      const { send } = path === '/sign-up' ? site : ann;
      for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x', 'text/plain']) {
        const sent = { headers: { ...headers, 'content-type': type }, body: '--y\r\n\r\n' };
        expectRefusal(await send('POST', path, sent), [400]);
      }
      const fields =
        'contentId=%00&intent=%ff&email=%ed%a0%80&password=%00&__proto__=x&constructor=x';
      expectRefusal(await send('POST', path, { headers, body: fields }), [422]);
      expectRefusal(await send('POST', path, { headers, body: 'a&'.repeat(20_000) }), [422]);
    }
    for (const action of ['nowhere', '__proto__', 'constructor', 'toString', '%00', '']) {
      const sent = { headers, body: 'contentId=clove&intent=complete' };
      expectRefusal(await ann.send('POST', `${CLOVE}?/${action}`, sent), [404]);
    }
  });

  it('thousands of parameters', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => i.toString(36)).join('&');
    expectRefusal(await ann.get(`/api/progress?${many(3000)}`), [422]);
    expectRefusal(await ann.get(`/api/progress?${'userId&'.repeat(2000)}`), [422]);
    expect(await speak(`GET /api/progress?${many(10_000)} HTTP/1.1\r\n${HOST}\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
  });

  it('headers and cookies without end', async () => {
    const token = 'cairn.session_token';
    const get = (headers: Record<string, string>) => site.send('GET', '/api/progress', { headers });
    expectRefusal(await get({ cookie: `${token}=${'x'.repeat(15_000)}` }), [401]);
    expectRefusal(await get({ cookie: `${token}=x; `.repeat(500) }), [401]);
    expectRefusal(await get({ cookie: `${'a=b; '.repeat(2500)}${token}=%E0%A4%A.x` }), [401]);
    expectRefusal(await get({ cookie: '='.repeat(15_000) }), [401]);
    expectRefusal(await get({ 'if-none-match': '"x",'.repeat(3500) }), [401]);
    const fields = Array.from({ length: 800 }, (_, i) => [`x-${i}`, 'v'] as const);
    expectRefusal(await get(Object.fromEntries(fields)), [401]);
    for (const header of [
      `Cookie: ${token}=${'x'.repeat(20_000)}\r\n`,
      Array.from({ length: 5000 }, (_, i) => `x-${i}: v\r\n`).join(''),
    ]) {
      expect(await speak(`GET / HTTP/1.1\r\n${HOST}${header}\r\n`)).toMatch(/^HTTP\/1.1 431 /);
    }
  });

  it.each(
    [
      '/..%2f..%2f..%2f..%2fetc/passwd',
      '/../../../../etc/passwd',
      '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
      '/%252e%252e%252f%252e%252e%252fetc%252fpasswd',
      '/..%5c..%5c..%5cetc%5cpasswd',
      '/..\\..\\..\\etc\\passwd',
      '/....//....//etc/passwd',
      '/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd',
      '//etc/passwd',
      '/etc/passwd%00.svg',
      '/%00',
      '/a.svg%00',
      '/rope/basics/hitches/..%2f..%2f..%2f..%2fpackage.json',
      '/rope/basics/hitches/01-clove.md',
      '/rope/basics/hitches/..%2fhitches%2fa.svg',
      '/..%2f..%2fserver.js.svg',
      '/_app/..%2f..%2fserver%2fmanifest.js',
      '/_app/../../server/manifest.js',
      '/_app/immutable/%2e%2e%2f%2e%2e%2f%2e%2e%2fhandler.js',
      '/_app/immutable/..%5c..%5c..%5chandler.js',
      '/favicon.svg%2f..%2f..%2fhandler.js',
      '/.env',
      '/.git/config',
      '/package.json',
      '/server.js',
      '/data/cairn.db',
      '/cairn.db',
      '/%',
      '/%zz',
      '/%ff%fe',
      '/%ed%a0%80',
      `/${'a'.repeat(8000)}`,
      `/${'a/'.repeat(4000)}a`,
      '/__proto__',
      '/constructor/prototype',
      '/api/progress%2fupdate',
      '/api/progress/../../../etc/passwd',
      '/API/PROGRESS',
      '/api//progress',
      '/api/progress/__data.json',
      '/__data.json%00',
      '/rope/__route.js',
      '/_app/remote/x/y',
    ].map(named),
  )('the address $name', async ({ value: path }) => {
    for (const send of [site.send, ann.send]) {
      const answer = await send('GET', path);
      expectRefusal(answer, [400, 404]);
      expect(answer.body).not.toMatch(/root:x?:0|sveltekit-cairn|Clove hitch/);
      expectRefusal(await send('POST', path, asJson('{}')));
    }
  });

  it.each(['//evil.example/', '/\\evil.example/', '/.//evil.example/', '/%2f%2fevil.example/'])(
    'no way to another site: %s',
    async (path) => {
      for (const address of [
        path,
        `/sign-in?to=${path}`,
        `/sign-up?to=${encodeURIComponent(path)}`,
      ]) {
        const { headers } = await ann.get(address);
        const { location } = headers;
        if (location !== undefined) {
          const here = new URL(address, site.origin);
          expect(new URL(location, site.origin + here.pathname).origin).toBe(site.origin);
          expect(location).not.toMatch(/^[\\/]{2}/);
        }
      }
    },
  );

  it('requests that are no HTTP, or two at once', async () => {
    const post = `POST ${UPDATE} HTTP/1.1\r\n${HOST}Cookie: ${ann.cookie}\r\nContent-Type: application/json\r\n`;
    const body = '{"contentId":"clove","contentType":"lesson","status":"completed"}';
    for (const text of [
      `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${post}Content-Length: ${body.length}\r\n\r\n${body}`,
      `${post}Content-Length: 3\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      `${post}Content-Length: -1\r\n\r\n${body}`,
      `${post}Content-Length: 1e2\r\n\r\n${body}`,
      `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding: identity\r\n\r\n${body}`,
      `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
      `POST ${UPDATE} HTTP/1.1\nHost: a\n\n`,
      `POST ${UPDATE} HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`,
      `GET /a b HTTP/1.1\r\n${HOST}\r\n`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      Buffer.from('16030100a5010000a10303', 'hex'),
      Buffer.alloc(100_000, 0xff),
    ]) {
      expect(await speak(text)).toMatch(/^HTTP\/1.1 4\d\d /);
    }
  });

  it('a body that breaks off', async () => {
    const half = `Cookie: ${ann.cookie}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"contentId":`;
    for (const path of [UPDATE, SYNC, '/api/auth/sign-in/email']) {
      await speak(`POST ${path} HTTP/1.1\r\n${HOST}${half}`, 200);
    }
    await speak(`POST /sign-in HTTP/1.1\r\n${HOST}Content-Length: 500\r\n${FORM}\r\nemail=`, 200);
  });
});

describe('what looks hostile and is plain data', () => {
  const KEPT = [
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    '{"a":{"__proto__":[1],"hasOwnProperty":1,"toString":null,"toJSON":"x","then":1}}',
    '[{"__proto__":null}]',
    '{"length":3,"0":"a"}',
    '""',
    '[]',
    'null',
    '0',
    '-0.5',
    '9007199254740991',
    '1e-300',
    '"\\ud83d\\ude00 \\u2028 \\ufeff \\u0001 \\u007f"',
    '"<script>alert(1)</script>\'; drop table users; --"',
    '"${process.exit(1)} {{7*7}} %00 ../../etc/passwd"',
    `${'['.repeat(20)}${']'.repeat(20)}`,
    `"${'x'.repeat(16 * 1024 - 2)}"`,
  ];

  it.each(KEPT.map(named))('comes back as it was sent: $name', async ({ value: data }) => {
    const learner = await site.signUp();
    const body = `{"contentId":"clove","contentType":"lesson","status":"in-progress","data":${data}}`;
    expect((await learner.send('POST', UPDATE, asJson(body))).status).toBe(200);
    const { body: read } = await learner.get('/api/progress/content?contentId=clove');
    const kept = (JSON.parse(read) as { data: unknown }).data;
    expect(canonical(kept)).toBe(canonical(JSON.parse(data)));
    // Nobody else got a property that they did not send.
    const other = await ann.get('/api/progress/content?contentId=reef');
    expect(other.body).not.toContain('polluted');
    for (const path of [CLOVE, `${CLOVE}/__data.json`, '/rope/basics', '/dashboard', '/']) {
      expect((await learner.get(path)).status).toBe(200);
    }
  });

  it('keeps negative zero as zero', async () => {
    const body = `{"contentId":"half","contentType":"lesson","status":"in-progress","progressPercentage":-0,"data":-0}`;
    const answer = await ann.send('POST', UPDATE, asJson(body));
    expect(answer.json()).toMatchObject({ progress: { progressPercentage: 0, data: 0 } });
  });

  it('rejects the poison of a sync and takes in the rest', async () => {
    const learner = await site.signUp();
    const operations = [
      '{"seq":1,"at":1,"contentId":"clove","kind":"saved","data":{"__proto__":{"polluted":1}}}',
      '{"seq":2,"at":1,"contentId":"clove","kind":"reopened","seen":{"__proto__":1}}',
      '{"seq":3,"at":1,"contentId":"clove","kind":"reopened","seen":{"constructor":1}}',
      '{"seq":4,"at":1e309,"contentId":"clove","kind":"opened"}',
      '{"seq":5,"at":1,"contentId":"clo\\u0000ve","kind":"opened"}',
      `{"seq":6,"at":1,"contentId":"clove","kind":"saved","data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      '{"seq":7,"at":1,"contentId":"clove","kind":"spent","ms":9007199254740993}',
      '{"seq":8,"at":1,"contentId":"clove","kind":"__proto__"}',
      '{"seq":9,"at":1,"contentId":"tie","kind":"attempted","attempt":"__proto__","score":80}',
      '{"seq":10,"at":1,"contentId":"__proto__","kind":"opened"}',
      '{"seq":11,"at":1,"contentId":"constructor","kind":"completed","by":"button"}',
      '{"seq":12,"at":1,"contentId":"clove","kind":"completed","by":"constructor"}',
      '{"seq":13,"at":1,"contentId":"half","kind":"completed","by":"button"}',
    ];
    const body = `{"v":1,"device":"__proto__","asUser":"${learner.id}","now":1,"cursor":null,"catalogue":null,"operations":[${operations.join()}]}`;
    const answer = await learner.send('POST', SYNC, asJson(body));
    expect(answer.status).toBe(200);
    const { results } = answer.json() as { results: { seq: number; status: string }[] };
    expect(results.map(({ seq, status }) => `${seq} ${status}`)).toEqual([
      ...[1, 2, 3].map((seq) => `${seq} applied`),
      ...[4, 5, 6, 7, 8].map((seq) => `${seq} rejected`),
      '9 applied',
      '10 deferred',
      '11 deferred',
      '12 rejected',
      '13 applied',
    ]);
    expect((await learner.get(CLOVE)).status).toBe(200);
    const list = await learner.get('/api/progress?contentType=exercise');
    expect(list.json()).toMatchObject({ progress: [{ contentId: 'tie', score: 80 }] });
  });
});

it('keeps its memory flat under all of it, and writes nothing to its log', async () => {
  const learners = await Promise.all(Array.from({ length: 3 }, () => site.signUp()));
  const before = await site.dump();
  const long = `{"data":"${'x'.repeat(10 * MIB)}"}`;
  const deep = `{"data":${'['.repeat(120_000)}${']'.repeat(120_000)}}`;
  const round = async () => {
    for (const learner of learners) {
      const answers = await Promise.all([
        ...[true, false].map((chunked) =>
          learner.send('POST', UPDATE, { ...asJson(long), chunked }),
        ),
        ...[1, 2, 3].map(() => learner.send('POST', UPDATE, asJson(deep))),
        ...[1, 2].map(() => learner.send('POST', SYNC, asJson(Buffer.alloc(250_000, 0x80)))),
        ...[1, 2, 3, 4].map((i) => learner.get(`/api/progress?${'a&'.repeat(i * 1000)}`)),
        ...[1, 2, 3].map((i) => learner.get(`/${'%2e%2e/'.repeat(i * 500)}etc`)),
      ]);
      for (const { status } of answers) expect([400, 404, 413, 422, 429]).toContain(status);
    }
  };
  for (let each = 0; each < 5; each++) await round();
  const warm = memoryOf(site.pid);
  for (let each = 0; each < 10; each++) await round();
  expect(memoryOf(site.pid) - warm).toBeLessThan(32);
  expect(await site.dump()).toBe(before);
  expect(site.output()).toBe(`Cairn is ready at ${site.address}\n`);
});

/** A long value is known by its beginning. */
function named(value: string): { name: string; value: string } {
  return { name: value.slice(0, 60), value };
}

/** What a process holds in memory, in MiB. */
function memoryOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

const HOST = 'Host: 127.0.0.1\r\nConnection: close\r\n';
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';

/** Sends bytes as they are, and answers what came until the connection ended or the time was up. */
async function speak(bytes: string | Uint8Array, milliseconds = 20_000): Promise<string> {
  const socket = connect(Number(new URL(site.address).port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => (heard += text));
  // Refused in the middle of sending: what was said before counts.
  socket.on('error', () => undefined);
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), milliseconds);
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(timer);
  return heard;
}

/** JSON with its keys in one order, `__proto__` among them. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}
