import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Refusal } from './problem.ts';
import type { School } from './school.testing.ts';
import { get, openSchool, ORIGIN, post, sharing } from './school.testing.ts';

const bowline = { contentId: 'bowline', contentType: 'lesson', status: 'completed' };
const device = 'laptop-one';

/** A sync of one operation that is as it should be, but for this. */
const sync = (asUser: string, change: object = {}, operation: object = {}) => ({
  v: 1,
  device,
  asUser,
  now: 0,
  cursor: null,
  catalogue: null,
  operations: [{ seq: 1, at: 0, contentId: 'bowline', kind: 'opened', ...operation }],
  ...change,
});

/** JSON text that `JSON.stringify` would not write. */
const raw = (body: object, replacing: Record<string, string>) =>
  Object.entries(replacing).reduce(
    (text, [mark, value]) => text.replace(JSON.stringify(mark), value),
    JSON.stringify(body),
  );

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const escaped = (code: string) => `"a\\u${code}b"`;

withDatabases(({ open }) => {
  const school = sharing(open);

  /** A refusal changes nothing: everything in the database is compared. */
  async function refused(
    { progress, dump, errors }: Pick<School, 'progress' | 'dump' | 'errors'>,
    request: Request,
    viewer: string | null,
  ) {
    const before = await dump();
    const { pathname } = new URL(request.url);
    const endpoint = pathname.endsWith('sync') ? 'sync' : 'update';
    const response = await progress.endpoints[endpoint](request, viewer);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const problem = (await response.json()) as Refusal & { traceId: string };
    expect(problem.status).toBe(response.status);
    expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(await dump()).toBe(before);
    expect(errors).toEqual([]);
    return { response, code: problem.code, detail: problem.detail };
  }

  describe('a body is refused at once and changes nothing', () => {
    const bodies: [string, number, (userId: string) => string][] = [
      ['that is empty', 400, () => ''],
      ['that is not JSON', 400, () => '{"contentId":'],
      ['with NaN', 400, () => raw({ ...bowline, progressPercentage: '?' }, { '?': 'NaN' })],
      ['that is a list', 422, () => '[]'],
      ['that is a text', 422, () => '"completed"'],
      ['that is null', 422, () => 'null'],
      ['100,000 levels deep', 422, () => nested(100_000)],
      [
        '100,000 levels deep within its data',
        422,
        () => raw({ ...bowline, data: '?' }, { '?': nested(100_000) }),
      ],
      [
        '21 levels deep within its data',
        422,
        () => raw({ ...bowline, data: '?' }, { '?': nested(21) }),
      ],
      [
        'with more than 16 KiB of data',
        422,
        () => JSON.stringify({ ...bowline, data: 'a'.repeat(16 * 1024) }),
      ],
      [
        'with more than 16 KiB of data, in fewer characters',
        422,
        () => JSON.stringify({ ...bowline, data: 'é'.repeat(9 * 1024) }),
      ],
      [
        'with a key called __proto__',
        422,
        () => raw({ ...bowline, '?': {} }, { '?': '"__proto__"' }),
      ],
      ['with a key called constructor', 422, () => JSON.stringify({ ...bowline, constructor: {} })],
      ['with 2^53', 422, () => JSON.stringify({ ...bowline, data: 2 ** 53 })],
      ['with -2^53', 422, () => JSON.stringify({ ...bowline, data: [-(2 ** 53)] })],
      ['with 1e309', 422, () => raw({ ...bowline, data: '?' }, { '?': '1e309' })],
      ['with NUL in its data', 422, () => JSON.stringify({ ...bowline, data: { a: 'b\0' } })],
      ['with NUL in a key', 422, () => JSON.stringify({ ...bowline, data: { 'a\0': 1 } })],
      ['with NUL in its content id', 422, () => JSON.stringify({ ...bowline, contentId: 'a\0' })],
      [
        'with half a character',
        422,
        () => raw({ ...bowline, data: '?' }, { '?': escaped('d800') }),
      ],
      ['with the other half', 422, () => raw({ ...bowline, data: '?' }, { '?': escaped('dc00') })],
      [
        'with half a character in a key',
        422,
        () => raw({ ...bowline, data: { '?': 1 } }, { '?': escaped('d83d') }),
      ],
      [
        'with half a character in its content id',
        422,
        () => raw({ ...bowline, contentId: '?' }, { '?': escaped('d800') }),
      ],
      [
        'with a content id of 257 characters',
        422,
        () => JSON.stringify({ ...bowline, contentId: 'a'.repeat(257) }),
      ],
      ['with an empty content id', 422, () => JSON.stringify({ ...bowline, contentId: '' })],
      [
        'with a content id that is a number',
        422,
        () => JSON.stringify({ ...bowline, contentId: 7 }),
      ],
    ];

    test.each(bodies)('%s', async (_, status, write) => {
      const { ann, ...rest } = await school();
      const { response } = await refused(rest, post('update', write(ann.id)), ann.id);
      expect(response.status).toBe(status);
    });

    const syncs: [string, (userId: string) => object][] = [
      ['of another version', (id) => sync(id, { v: 2 })],
      ['of a device called server', (id) => sync(id, { device: 'server' })],
      ['of a device with too short a name', (id) => sync(id, { device: 'laptop1' })],
      ['of a device with a long name', (id) => sync(id, { device: 'a'.repeat(65) })],
      ['of a device with NUL', (id) => sync(id, { device: 'laptop-one\0' })],
      ['without a device', (id) => sync(id, { device: undefined })],
      ['without a clock', (id) => sync(id, { now: undefined })],
      ['with a clock that is a text', (id) => sync(id, { now: '0' })],
      ['with a clock beyond all calendars', (id) => sync(id, { now: 2 ** 53 })],
      ['with a cursor that nobody gave', (id) => sync(id, { cursor: 'abc' })],
      ['with a cursor below zero', (id) => sync(id, { cursor: cursor([-1, '', 'v']) })],
      ['with a cursor with NUL', (id) => sync(id, { cursor: cursor([0, 'a\0', 'v']) })],
      ['with a cursor of something else', (id) => sync(id, { cursor: cursor({ a: 1 }) })],
      ['with 201 operations', (id) => sync(id, { operations: many(201) })],
      ['with an operation that has no number', (id) => sync(id, {}, { seq: undefined })],
      ['with an operation numbered 0', (id) => sync(id, {}, { seq: 0 })],
      ['with an operation numbered 2^53', (id) => sync(id, {}, { seq: 2 ** 53 })],
      ['with an operation that is a list', (id) => sync(id, { operations: [[]] })],
      ['with a key that it does not know', (id) => sync(id, { colour: 'red' })],
    ];

    test.each(syncs)('a sync %s', async (_, write) => {
      const { ann, ...rest } = await school();
      const { response, code } = await refused(rest, post('sync', write(ann.id)), ann.id);
      expect([response.status, code]).toEqual([422, 'invalid']);
    });

    test('that is not UTF-8', async () => {
      const { ann, ...rest } = await school();
      const body = Buffer.from(JSON.stringify({ ...bowline, data: 'ÿ' }), 'latin1');
      const headers = { 'content-type': 'application/json' };
      const request = new Request(`${ORIGIN}/api/progress/update`, {
        method: 'POST',
        headers,
        body,
      });
      const { code } = await refused(rest, request, ann.id);
      expect(code).toBe('invalid_json');
    });

    test('of 10 MB, of which not much more than the limit is read', async () => {
      const { ann, ...rest } = await school();
      const stream = endless(10 * 1024 * 1024);
      const { response, code } = await refused(rest, streamed(stream.body), ann.id);
      expect([response.status, code]).toEqual([413, 'too_large']);
      expect(stream.given()).toBeLessThan(512 * 1024);
    });

    test('that says it has 10 MB, of which nothing is read', async () => {
      const { ann, ...rest } = await school();
      const stream = endless(10 * 1024 * 1024);
      const request = streamed(stream.body, { 'content-length': String(10 * 1024 * 1024) });
      const { code } = await refused(rest, request, ann.id);
      expect(code).toBe('too_large');
      expect(stream.given()).toBeLessThan(128 * 1024);
    });

    test('of exactly the limit is read, one byte more is not', async () => {
      const { ann, ...rest } = await school();
      const padded = (bytes: number) => {
        const text = JSON.stringify({ ...bowline, status: 'in-progress' });
        return text + ' '.repeat(bytes - text.length);
      };
      const { code } = await refused(rest, post('update', padded(256 * 1024 + 1)), ann.id);
      expect(code).toBe('too_large');
      expect((await ann.update(padded(256 * 1024))).status).toBe(200);
    });

    test('that breaks off on its way', async () => {
      const { ann, ...rest } = await school();
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          controller.enqueue(Buffer.from('{"contentId":'));
          controller.error(new Error('The connection was lost.'));
        },
      });
      const { code } = await refused(rest, streamed(body), ann.id);
      expect(code).toBe('invalid_json');
    });

    test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
      'of the type %s',
      async (type) => {
        const { ann, ...rest } = await school();
        const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
        const body = Buffer.from(JSON.stringify(bowline));
        const request = new Request(`${ORIGIN}/api/progress/update`, {
          method: 'POST',
          headers,
          body,
        });
        const { response, code } = await refused(rest, request, ann.id);
        expect([response.status, code]).toEqual([415, 'not_json']);
      },
    );
  });

  test('keys such as __proto__ are plain data within data, and come back as they were', async () => {
    const { ann } = await school();
    const data = '{"__proto__":{"admin":true},"constructor":[1],"":null,"😀":"\\u2028"}';
    const body = raw({ ...bowline, data: '?' }, { '?': data });
    const { text } = await ann.update(body);
    expect(text).toContain('"__proto__":{"admin":true}');
    expect((await ann.content({ contentId: 'bowline' })).text).toContain(
      '"__proto__":{"admin":true}',
    );
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('content ids that are called as an object’s own properties are nowhere', async () => {
    const { ann } = await school();
    for (const contentId of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect((await ann.update({ ...bowline, contentId })).status).toBe(404);
      expect((await ann.content({ contentId })).status).toBe(404);
      expect((await ann.summary({ courseId: contentId })).status).toBe(404);
    }
  });

  test('queries with a key twice, an unknown key or a limit out of range are refused', async () => {
    const { ann, progress } = await school();
    const queries: [string, string][] = [
      ['limit=1&limit=2', 'limit'],
      ['status=completed&status=completed', 'status'],
      ['colour=red', 'colour'],
      ...['0', '1001', '-1', '1.5', '1e2', '', 'ten', '٣'].map((limit): [string, string] => [
        `limit=${limit}`,
        'limit',
      ]),
      ['status=done', 'status'],
      ['contentType=chapter', 'contentType'],
      ['after=a%00', 'after'],
    ];
    for (const [query, path] of queries) {
      const request = new Request(`${ORIGIN}/api/progress?${query}`);
      const response = await progress.endpoints.list(request, ann.id);
      expect(response.status, query).toBe(422);
      expect(await response.json()).toMatchObject({ code: 'invalid', errors: [{ path }] });
    }
    expect((await ann.content({})).problem.errors).toEqual([
      { path: 'contentId', message: 'is missing' },
    ]);
  });

  describe('a request is refused', () => {
    test('of nobody', async () => {
      const { ann, ...rest } = await school();
      for (const request of [post('update', bowline), post('sync', sync(ann.id))]) {
        const { response, code } = await refused(rest, request, null);
        expect([response.status, code]).toEqual([401, 'not_signed_in']);
      }
    });

    test('by another method, naming the one that is known', async () => {
      const { ann, progress } = await school();
      const { endpoints } = progress;
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const request = new Request(`${ORIGIN}/api/progress/update`, { method });
        const response = await endpoints.update(request, ann.id);
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
        expect((await endpoints.sync(request, ann.id)).status).toBe(405);
      }
      for (const method of ['POST', 'PUT', 'DELETE']) {
        for (const name of ['list', 'content', 'courseSummary', 'openapi'] as const) {
          const request = new Request(`${ORIGIN}/api/progress`, { method });
          const response = await endpoints[name](request, ann.id);
          expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
        }
      }
    });

    const elsewhere: [string, Record<string, string>][] = [
      ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['another site that hides', { origin: 'null' }],
      ['another port', { origin: `${ORIGIN}:444`, 'sec-fetch-site': 'same-site' }],
      ['the same host by http', { origin: ORIGIN.replace('https', 'http') }],
      ['a sister site', { 'sec-fetch-site': 'same-site' }],
      ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
      ['an origin that only begins alike', { origin: `${ORIGIN}.evil.example` }],
    ];

    test.each(elsewhere)('from %s', async (_, headers) => {
      const { ann, ...rest } = await school();
      const withoutOwn = { origin: '', ...headers };
      const requests = [
        post('update', bowline, withoutOwn),
        post('sync', sync(ann.id), withoutOwn),
      ];
      for (const request of requests) {
        if (request.headers.get('origin') === '') request.headers.delete('origin');
        const { response, code, detail } = await refused(rest, request, ann.id);
        expect([response.status, code]).toEqual([403, 'forbidden']);
        // Whoever runs the site reads here that it does not know its own address.
        expect(detail).toContain(`${headers['origin'] ?? 'another site'}, this is ${ORIGIN}.`);
      }
      const read = await rest.progress.endpoints.list(get('', {}, headers), ann.id);
      expect(read.status).toBe(403);
    });
  });

  test('a request from no browser at all passes, and one that the address bar makes', async () => {
    const { ann, progress } = await school();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const url = `${ORIGIN}/api/progress/update`;
    const request = new Request(url, { method: 'POST', headers, body: JSON.stringify(bowline) });
    expect((await progress.endpoints.update(request, ann.id)).status).toBe(200);
    expect((await ann.list({}, { 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  test('a failure of the site’s own code is a 500 that says nothing but a trace id', async () => {
    const traces: string[] = [];
    const { as, enrol, dump } = await openSchool(await open(), {
      grade: () => {
        throw new Error('SELECT secret FROM /srv/site');
      },
      onError: (_, traceId) => traces.push(traceId),
    });
    await enrol('ann');
    const before = await dump();
    const quiz = { contentId: 'quiz', contentType: 'exercise', status: 'in-progress' };
    const { status, text, problem } = await as('ann').update({ ...quiz, data: { answers: [] } });
    expect([status, problem.code]).toEqual([500, 'internal']);
    expect(text).not.toMatch(/secret|srv|Error|at /);
    expect(traces).toEqual([problem.traceId]);
    expect(await dump()).toBe(before);
  });
});

const cursor = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    seq: i + 1,
    at: 0,
    contentId: 'reef',
    kind: 'opened',
  }));

function streamed(body: ReadableStream, headers: Record<string, string> = {}): Request {
  return new Request(`${ORIGIN}/api/progress/update`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
}

/** A body that would go on, and knows how much of it was asked for. */
function endless(bytes: number) {
  let given = 0;
  const chunk = Buffer.alloc(32 * 1024, ' ');
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(chunk);
      given += chunk.length;
      if (given >= bytes) controller.close();
    },
  });
  return { body, given: () => given };
}
