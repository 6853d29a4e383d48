import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Sent } from '../support/exchange.ts';
import { CLOVE, KNOTS } from '../support/knots.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

const UPDATE = '/api/progress/update';
const LIST = '/api/progress';
const CONTENT = '/api/progress/content';
const SUMMARY = '/api/progress/course_summary';
const SYNC = '/api/progress/sync';

const READS = [LIST, `${CONTENT}?contentId=clove`, `${SUMMARY}?courseId=basics`];
const KIB = 1024;
/** An exercise that may be attempted once. */
const ONCE = `---
id: once
type: exercise
attempts: 1
questions: [{ kind: choice, prompt: Which one holds?, options: [Reef, Granny], answer: 1 }]
---
`;

let site: WatchedSite;
let ann: Learner;
let bob: Learner;

beforeAll(async () => {
  site = await startWatchedSite({ files: { ...KNOTS, '01-rope/02-exams/once.md': ONCE } });
  [ann, bob] = await Promise.all([site.signUp(), site.signUp()]);
});
afterAll(() => site.stop());

const update = { contentId: 'clove', contentType: 'lesson', status: 'completed' };
const sync = (learner: Learner) => ({
  v: 1,
  device: 'laptop-0001',
  asUser: learner.id,
  now: Date.now(),
  cursor: null,
  catalogue: null,
  operations: [{ seq: 1, at: Date.now(), contentId: 'clove', kind: 'opened' }],
});
const json = (body: unknown): Sent => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Every refusal that was seen, as in `404 unknown_content`. */
const seen = new Set<string>();

/** What a refusal must be: a problem with this status and code, and nothing in the database changed. */
async function expectRefused(
  request: () => Promise<Answer>,
  status: number,
  code: string,
): Promise<{ errors: { path: string }[] }> {
  const before = await site.dump();
  const answer = await request();
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = answer.json() as { code: string; errors?: { path: string }[] };
  expect([answer.status, problem.code]).toEqual([status, code]);
  expect(await site.dump()).toBe(before);
  seen.add(`${status} ${code}`);
  return { errors: problem.errors ?? [] };
}

describe('a body', () => {
  const text = JSON.stringify(update);
  const typed = (type: string) => ({ headers: { 'content-type': type }, body: text });
  const written = (body?: string | Uint8Array) => ({ ...typed('application/json'), body });
  const long = json({ data: 'x'.repeat(256 * KIB - 10) });

  const notJson = {
    'of no type': { body: text },
    'of an empty type': typed(''),
    'of plain text': typed('text/plain'),
    'of text/json': typed('text/json'),
    'of a form': typed('application/x-www-form-urlencoded'),
    'of a form with files': typed('multipart/form-data; boundary=x'),
    'of any bytes': typed('application/octet-stream'),
    'of a problem': typed('application/problem+json'),
    'of several JSON texts': typed('application/json-seq'),
    'of two types': typed('text/plain, application/json'),
  };
  const invalidJson = {
    'that is not there': written(),
    'that is empty': written(''),
    'that is only spaces': written('  '),
    'that breaks off': written(text.slice(0, -1)),
    'that goes on': written(`${text}{}`),
    'that is JavaScript': written("{contentId: 'clove'}"),
    'that holds NaN': written('{"contentId":NaN}'),
    'that is a form in disguise': written('contentId=clove&contentType=lesson&status=completed'),
    'in UTF-16': written(Buffer.from(text, 'utf16le')),
    'with broken UTF-8': written(Buffer.concat([Buffer.from(text), Buffer.from([0xff])])),
  };
  const invalid = Object.fromEntries(
    ['null', 'true', '1', '"clove"', '[]', `[${text}]`, '{}'].map((body) => [
      `that is ${body}`,
      written(body),
    ]),
  );
  const tooLarge = {
    'of 256 KiB and a byte, announced': long,
    'of 256 KiB and a byte, in pieces': { ...long, chunked: true },
  };
  const cases = [
    ...Object.entries<Sent>(notJson).map((each) => [...each, 415, 'not_json'] as const),
    ...Object.entries<Sent>(invalidJson).map((each) => [...each, 400, 'invalid_json'] as const),
    ...Object.entries<Sent>(invalid).map((each) => [...each, 422, 'invalid'] as const),
    ...Object.entries<Sent>(tooLarge).map((each) => [...each, 413, 'too_large'] as const),
  ].map(([name, sent, status, code]) => ({ name, sent, status, code }));

  it.each(cases)('$name is refused with $code', async ({ sent, status, code }) => {
    for (const path of [UPDATE, SYNC]) {
      await expectRefused(() => ann.send('POST', path, sent), status, code);
    }
  });

  it('of 256 KiB to the byte is read', async () => {
    const sent = json({ data: 'x'.repeat(256 * KIB - 11) });
    expect([sent, long].map(({ body = '' }) => body.length)).toEqual([256 * KIB, 256 * KIB + 1]);
    await expectRefused(() => ann.send('POST', UPDATE, sent), 422, 'invalid');
  });
});

describe('a method', () => {
  const others = (own: string[]) =>
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((each) => !own.includes(each));
  const cases = [
    ...[UPDATE, SYNC].flatMap((path) =>
      [...others(['POST']), 'HEAD'].map((method) => [method, path, 'POST']),
    ),
    ...[LIST, CONTENT, SUMMARY, '/api/openapi.json'].flatMap((path) =>
      others(['GET']).map((method) => [method, path, 'GET, HEAD']),
    ),
  ] as [string, string, string][];

  it.each(cases)('%s on %s is refused, and says which are allowed', async (method, path, allow) => {
    for (const asker of [ann, site]) {
      const answer = await asker.send(method, path, json(update));
      expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
      if (method === 'HEAD') continue;
      await expectRefused(() => asker.send(method, path, json(update)), 405, 'method_not_allowed');
    }
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'in %s changes nothing',
    async (header) => {
      const headers = { [header]: 'POST' };
      const sent = { ...json(update), headers: { ...json(update).headers, ...headers } };
      await expectRefused(() => ann.send('PUT', UPDATE, sent), 405, 'method_not_allowed');
      const asked = await ann.send('GET', `${CONTENT}?contentId=clove&_method=POST`, { headers });
      expect(asked.status).toBe(422);
    },
  );
});

describe('somebody who is not signed in', () => {
  const requests = (send: WatchedSite['send']) => [
    ...READS.map((path) => () => send('GET', path)),
    () => send('POST', UPDATE, json(update)),
    () => send('POST', SYNC, json(sync(ann))),
  ];

  it('is refused by every call', async () => {
    for (const request of requests(site.send)) await expectRefused(request, 401, 'not_signed_in');
  });

  it.each<[string, (cookie: string) => string]>([
    ['nonsense', () => 'cairn.session_token=nonsense'],
    ['nothing', () => 'cairn.session_token='],
    ['a token without its signature', (cookie) => cookie.replace(/\..{20,}$/, '')],
    ['another signature', (cookie) => cookie.replace(/.(%3D)$/, 'A$1').replace(/.{3}$/, 'AAA')],
    ['a token of its own', (cookie) => cookie.replace(/token=./, 'token=_')],
    ['a cookie of another name', (cookie) => cookie.replace('cairn.', 'better-auth.')],
    ['a cookie of https', (cookie) => `__Secure-${cookie}`],
  ])('is refused with %s for a session', async (_, forge) => {
    const cookie = forge(ann.cookie);
    const send: WatchedSite['send'] = (method, path, sent = {}) =>
      site.send(method, path, { ...sent, headers: { ...sent.headers, cookie } });
    for (const request of requests(send)) await expectRefused(request, 401, 'not_signed_in');
  });

  it('is refused with the session as anything but a cookie', async () => {
    const token = decodeURIComponent(ann.cookie.replace(/^[^=]*=/, ''));
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: token },
      { 'x-session-token': token },
      { 'set-cookie': ann.cookie },
    ]) {
      await expectRefused(() => site.send('GET', LIST, { headers }), 401, 'not_signed_in');
    }
    const query = `?${ann.cookie}&token=${encodeURIComponent(token)}`;
    await expectRefused(() => site.send('GET', LIST + query), 401, 'not_signed_in');
  });
});

describe('another site', () => {
  const foreign = (own: URL): Record<string, string>[] => [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: `http://127.0.0.1:${Number(own.port) + 1}` },
    { origin: 'http://127.0.0.1' },
    { origin: `http://localhost:${own.port}` },
    { origin: `https://127.0.0.1:${own.port}` },
    { origin: own.origin.toUpperCase() },
    { origin: `${own.origin}/` },
    { origin: `${own.origin}.evil.example` },
    { origin: `http://evil.example@${own.host}` },
    { origin: `${own.origin}, http://evil.example` },
    { origin: 'http://evil.example', host: 'evil.example' },
    { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
    { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
    { origin: own.origin, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'Same-Origin' },
    { 'sec-fetch-site': '' },
  ];

  it('is refused by every write, whoever is signed in', async () => {
    for (const headers of foreign(new URL(site.origin))) {
      for (const learner of [ann, bob]) {
        await expectRefused(() => learner.post(UPDATE, update, headers), 403, 'forbidden');
      }
      await expectRefused(() => ann.post(SYNC, sync(ann), headers), 403, 'forbidden');
    }
  });

  it('is refused by every read', async () => {
    for (const path of READS) {
      for (const headers of foreign(new URL(site.origin))) {
        await expectRefused(() => ann.get(path, headers), 403, 'forbidden');
      }
    }
  });

  it('is refused when it posts a plain form', async () => {
    for (const headers of foreign(new URL(site.origin))) {
      const before = await site.dump();
      const answer = await ann.send('POST', `${CLOVE}?/mark`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: 'contentId=clove&intent=complete',
      });
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(await site.dump()).toBe(before);
    }
  });

  it('is not what the site itself and programs are taken for', async () => {
    const learner = await site.signUp();
    const before = await site.dump();
    for (const headers of [
      {},
      { origin: site.origin },
      { origin: site.origin, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ]) {
      expect((await learner.post(UPDATE, update, headers)).status).toBe(200);
      expect((await learner.post(SYNC, sync(learner), headers)).status).toBe(200);
      expect((await learner.get(LIST, headers)).status).toBe(200);
    }
    expect(await site.dump()).not.toBe(before);
  });
});

describe('what is not there', () => {
  it.each(['nowhere', 'Clove', 'clove ', '/clove', '__proto__', 'constructor', 'toString', '😀'])(
    'is refused: %s',
    async (id) => {
      const isTrimmed = id === id.trim();
      const [status, code] = isTrimmed ? [404, 'unknown_content'] : [422, 'invalid'];
      const contentId = encodeURIComponent(id);
      await expectRefused(() => ann.get(`${CONTENT}?contentId=${contentId}`), status, code);
      await expectRefused(() => ann.post(UPDATE, { ...update, contentId: id }), status, code);
      await expectRefused(
        () => ann.get(`${SUMMARY}?courseId=${contentId}`),
        status,
        isTrimmed ? 'unknown_course' : code,
      );
    },
  );

  it.each(['clove', 'rope', 'rope/basics/hitches', 'exam'])(
    'is refused: a course called %s, which is none',
    async (id) => {
      const path = `${SUMMARY}?courseId=${encodeURIComponent(id)}`;
      await expectRefused(() => ann.get(path), 404, 'unknown_course');
    },
  );
});

describe('a field', () => {
  it.each<[string, Record<string, unknown>]>([
    ['contentId', { contentId: undefined }],
    ['contentId', { contentId: 7 }],
    ['contentId', { contentId: '' }],
    ['contentId', { contentId: ['clove'] }],
    ['contentId', { contentId: 'x'.repeat(257) }],
    ['contentType', { contentType: undefined }],
    ['contentType', { contentType: 'book' }],
    ['contentType', { contentType: 'course' }],
    ['status', { status: undefined }],
    ['status', { status: 'done' }],
    ['status', { status: true }],
    ...['100', 100.5, -1, 101, null, [50], 2 ** 53].map(
      (progressPercentage): [string, Record<string, unknown>] => [
        'progressPercentage',
        { progressPercentage },
      ],
    ),
    ['score', { score: 50 }],
    ['score', { score: '50' }],
    ['data', { data: 'x'.repeat(16 * KIB) }],
    ['data', { status: 'not-started', data: {} }],
    ['userId', { userId: 'ann' }],
    ['user_id', { user_id: 'ann' }],
    ['completedAt', { completedAt: '2020-01-01T00:00:00.000Z' }],
    ['revision', { revision: 1 }],
  ])('of an update is refused by its path: %s in %j', async (path, wrong) => {
    const request = () => ann.post(UPDATE, { ...update, ...wrong });
    const { errors } = await expectRefused(request, 422, 'invalid');
    expect(errors.map((error) => error.path)).toContain(path);
  });

  it.each([
    ['score', { contentType: 'course', contentId: 'basics', score: 50 }],
    ['data', { contentType: 'module', contentId: 'rope/basics/hitches', data: {} }],
    ['progressPercentage', { contentType: 'theme', contentId: 'rope', progressPercentage: 5 }],
  ])('of a container is refused: %s', async (path, wrong) => {
    const request = () => ann.post(UPDATE, { ...update, ...wrong });
    const { errors } = await expectRefused(request, 422, 'invalid');
    expect(errors.map((error) => error.path)).toEqual([path]);
  });

  it.each([
    { status: 'completed' },
    { status: 'in-progress', score: 100 },
    { status: 'completed', score: 100, data: { answers: [0] } },
  ])('that decides on an exercise with questions is refused: %j', async (wrong) => {
    const exam = { contentId: 'exam', contentType: 'exercise', ...wrong };
    await expectRefused(() => ann.post(UPDATE, exam), 422, 'graded_by_server');
  });

  it('that is one attempt too many is refused', async () => {
    const ben = await site.signUp();
    const once = { contentId: 'once', contentType: 'exercise', status: 'in-progress' };
    const attempt = { ...once, data: { answers: ['Reef'] } };
    expect((await ben.post(UPDATE, attempt)).status).toBe(200);
    await expectRefused(() => ben.post(UPDATE, attempt), 422, 'no_attempts_left');
  });

  it.each<[string, Record<string, unknown>]>([
    ['v', { v: 2 }],
    ['device', { device: 'server' }],
    ['device', { device: 'laptop 0001' }],
    ['device', { device: 'x'.repeat(65) }],
    ['asUser', { asUser: undefined }],
    ['asUser', { asUser: 7 }],
    ['now', { now: '2026-01-01' }],
    ['now', { now: -1 }],
    ['cursor', { cursor: 'made up' }],
    ['cursor', { cursor: undefined }],
    ['catalogue', { catalogue: {} }],
    ['operations', { operations: {} }],
    ['operations', { operations: Array.from({ length: 201 }, (_, seq) => ({ seq: seq + 1 })) }],
    ['operations.0.seq', { operations: [{ kind: 'opened' }] }],
    ['operations.1.seq', { operations: [{ seq: 1 }, { seq: 2 ** 53 }] }],
    ['userId', { userId: 'ann' }],
  ])('of a sync is refused by its path: %s', async (path, wrong) => {
    const request = () => ann.post(SYNC, { ...sync(ann), ...wrong });
    const { errors } = await expectRefused(request, 422, 'invalid');
    expect(errors.map((error) => error.path)).toContain(path);
  });

  it.each([
    [LIST, 'limit', '0'],
    [LIST, 'limit', '1001'],
    [LIST, 'limit', '1e2'],
    [LIST, 'limit', ''],
    [LIST, 'contentType', 'book'],
    [LIST, 'status', 'Completed'],
    [LIST, 'after', ''],
    [LIST, 'after', '%00'],
    [LIST, 'userid', 'x'],
    [LIST, 'revision', '1'],
    [CONTENT, 'contentId', ''],
    [CONTENT, 'contentId', '%00'],
    [CONTENT, 'contentId', 'x'.repeat(257)],
    [CONTENT, 'contentId[]', 'clove'],
    [SUMMARY, 'courseId', ''],
    [SUMMARY, 'courseId', 'basics&courseId=basics'],
    [SUMMARY, 'contentId', 'basics'],
  ])('of a query is refused by its name: %s?%s=%s', async (path, name, value) => {
    const { errors } = await expectRefused(
      () => ann.get(`${path}?${name}=${value}`),
      422,
      'invalid',
    );
    expect(errors.map((error) => error.path)).toContain(name);
  });
});

it('operations of somebody else are refused, and nothing of them is taken in', async () => {
  for (const asUser of [bob.id, ann.id.toUpperCase(), `${ann.id} `, 'nobody']) {
    const request = () => ann.post(SYNC, { ...sync(ann), asUser });
    await expectRefused(request, 409, 'user_mismatch');
  }
});

describe('too many requests', () => {
  /** Sends until one is refused; answers how many were not, and the refusal. */
  async function exhaust(request: () => Promise<Answer>) {
    const begun = Date.now();
    for (let passed = 0; passed < 3000; passed += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, request));
      const refusal = answers.find(({ status }) => status === 429);
      if (!refusal) continue;
      const missed = answers.filter(({ status }) => status === 429).length;
      return { passed: passed + 50 - missed, seconds: (Date.now() - begun) / 1000, refusal };
    }
    throw new Error('They were never refused.');
  }

  it('of one kind by one learner are refused, and nobody else pays for it', async () => {
    const carol = await site.signUp();
    const read = () => carol.get(`${CONTENT}?contentId=clove`);
    // Refused for their type: what is wrong with a request does not make it free.
    const write = () => carol.send('POST', UPDATE, { body: '{}' });

    for (const [request, other] of [
      [write, read],
      [read, write],
    ] as const) {
      const { passed, seconds, refusal } = await exhaust(request);
      expect(passed).toBeGreaterThanOrEqual(300);
      expect(passed).toBeLessThanOrEqual(301 + 20 * seconds);
      expect(refusal.json()).toMatchObject({ code: 'rate_limited' });
      seen.add('429 rate_limited');
      expect(refusal.headers['retry-after']).toBe('1');
      if (request === write) expect((await other()).status).toBe(200);
    }
    expect((await bob.get(LIST)).status).toBe(200);
    expect((await bob.post(UPDATE, update)).status).toBe(200);

    const seconds = 1000 * Number((await exhaust(read)).refusal.headers['retry-after']);
    await new Promise((resolve) => setTimeout(resolve, seconds));
    expect((await read()).status).toBe(200);
  });
});

describe('a database that takes no writes', () => {
  let postgres: TestPostgres;
  let databaseUrl: string;
  let school: WatchedSite;
  let dave: Learner;

  beforeAll(async () => {
    postgres = await startPostgres();
    databaseUrl = await postgres.createDatabase();
    school = await startWatchedSite({ files: KNOTS, databaseUrl });
    dave = await school.signUp();
  });
  afterAll(async () => {
    await school.stop();
    await postgres.stop();
  });

  /** Says whether it takes writes; connections that are open end, and the next ones know. */
  async function allowWrites(allowed: boolean) {
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    const database = `"${new URL(databaseUrl).pathname.slice(1)}"`;
    const readOnly = allowed ? 'off' : 'on';
    await admin.query('begin read write');
    await admin.query(`alter database ${database} set default_transaction_read_only = ${readOnly}`);
    await admin.query('commit');
    await admin.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await admin.end();
  }

  it('answers 503 and when to try again, acknowledges nothing, reads on and recovers', async () => {
    expect((await dave.post(UPDATE, update)).status).toBe(200);
    const before = await school.dump();
    await allowWrites(false);
    for (const request of [
      () => dave.post(UPDATE, { ...update, contentId: 'half' }),
      () => dave.post(SYNC, sync(dave)),
    ]) {
      const answer = await request();
      expect(answer.json()).toMatchObject({ status: 503, code: 'unavailable' });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      seen.add(`${answer.status} unavailable`);
    }
    expect((await school.send('GET', '/readyz')).status).toBe(503);
    expect((await school.send('GET', '/healthz')).status).toBe(200);
    await expect.poll(async () => (await dave.get(LIST)).json()).toMatchObject({ revision: 1 });
    expect(await school.dump()).toBe(before);

    await allowWrites(true);
    // A connection that was ended may still be lent once: that is a 503 too, which keeps nothing.
    await expect
      .poll(async () => (await dave.post(UPDATE, { ...update, contentId: 'half' })).status)
      .toBe(200);
    expect((await dave.get(LIST)).json()).toMatchObject({ revision: 2 });
  });
});

it('every refusal was seen here that the documentation names, but a mistake of our own', async () => {
  interface Operation {
    responses: Record<string, { description: string }>;
  }
  const document = (await site.send('GET', '/api/openapi.json')).json() as {
    paths: Record<string, Record<string, Operation>>;
  };
  const named = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ responses }) => Object.entries(responses))
    .flatMap(([status, { description }]) =>
      [...description.matchAll(/`(\w+)`/g)].map(([, code]) => `${status} ${code}`),
    );
  expect([...seen, '500 internal'].sort()).toEqual([...new Set(named)].sort());
});
