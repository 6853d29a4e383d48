import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/exchange.ts';
import { CLOVE, EXAM, KNOTS } from '../support/knots.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

const READS = [
  '/api/progress?',
  '/api/progress/content?contentId=clove&',
  '/api/progress/course_summary?courseId=basics&',
];
const UPDATE = '/api/progress/update';
const SYNC = '/api/progress/sync';

let site: WatchedSite;
/** Asks for what is Bob's. */
let ann: Learner;
let bob: Learner;
/** In Bob's records only: an answer that holds any of them has told too much. */
let bobs: string[];

beforeAll(async () => {
  site = await startWatchedSite({ files: KNOTS });
  [ann, bob] = await Promise.all([site.signUp(), site.signUp()]);
  const note = 'for nobody but Bob';
  const mark = { contentId: 'clove', contentType: 'lesson', status: 'completed', data: { note } };
  const answer = await bob.post(UPDATE, mark);
  const { progress } = answer.json() as { progress: Record<'id' | 'completedAt', string> };
  bobs = [bob.id, bob.email, note, progress.id, progress.completedAt];
});
afterAll(() => site.stop());

/** Fails when an answer to Ann holds anything of Bob's, or has changed anything. */
async function expectNothing(request: () => Promise<Answer>): Promise<Answer> {
  const before = await site.dump();
  const answer = await request();
  const told = bobs.filter((each) => (answer.body + JSON.stringify(answer.headers)).includes(each));
  expect(told).toEqual([]);
  expect(await site.dump()).toBe(before);
  return answer;
}

it('Bob reads what is his, with or without his id', async () => {
  for (const path of READS) {
    for (const query of ['', `userId=${bob.id}`, `userId=${encodeURIComponent(bob.id)}`]) {
      const answer = await bob.get(path + query);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatch(/"completed"/);
    }
  }
});

describe('Ann asks for Bob by query', () => {
  type Query = (own: string, other: string) => string;
  const hex = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&');

  const forbidden: Record<string, Query> = {
    'his id': (_, other) => `userId=${other}`,
    'his id, encoded': (_, other) => `userId=${hex(other)}`,
    'his id, encoded twice': (_, other) => `userId=${hex(other).replaceAll('%', '%25')}`,
    'the key, encoded': (_, other) => `%75serId=${other}`,
    'his id in upper case': (_, other) => `userId=${other.toUpperCase()}`,
    'his id in lower case': (_, other) => `userId=${other.toLowerCase()}`,
    'his id after a space': (_, other) => `userId=%20${other}`,
    'his id before a space': (_, other) => `userId=${other}+`,
    'his id in quotes': (_, other) => `userId=%22${other}%22`,
    'his id in a list': (_, other) => `userId=[%22${other}%22]`,
    'both ids with a comma': (own, other) => `userId=${own},${other}`,
    'both ids with a semicolon': (own, other) => `userId=${own};userId=${other}`,
    'a wildcard': () => 'userId=*',
    'a pattern': () => 'userId=%25',
    SQL: (own) => `userId=${own}'%20or%20'1'='1`,
    null: () => 'userId=null',
  };
  const invalid: Record<string, Query> = {
    'his id and a NUL': (_, other) => `userId=${other}%00`,
    'her id, a NUL and his': (own, other) => `userId=${own}%00${other}`,
    'no id': () => 'userId=',
    'a very long id': (_, other) => `userId=${other.padEnd(4000, 'x')}`,
    'her id, then his': (own, other) => `userId=${own}&userId=${other}`,
    'his id, then hers': (own, other) => `userId=${other}&userId=${own}`,
    'her id twice': (own) => `userId=${own}&userId=${own}`,
    'a list': (_, other) => `userId[]=${other}`,
    'a list with a place': (_, other) => `userId[0]=${other}`,
    'an object': (_, other) => `userId[$eq]=${other}`,
    'a path': (_, other) => `user.id=${other}`,
    'the key in lower case': (_, other) => `userid=${other}`,
    'the key in snake case': (_, other) => `user_id=${other}`,
    'the key after a space': (_, other) => `%20userId=${other}`,
    'the key before a NUL': (_, other) => `userId%00=${other}`,
    'another word for it': (_, other) => `learnerId=${other}`,
    'a prototype': (_, other) => `__proto__[userId]=${other}&constructor=${other}`,
  };

  it.each(Object.entries(forbidden))('by %s, and is refused', async (_, query) => {
    for (const path of READS) {
      const answer = await expectNothing(() => ann.get(path + query(ann.id, bob.id)));
      expect(answer.status).toBe(403);
    }
  });

  it.each(Object.entries(invalid))('by %s, which is not valid', async (_, query) => {
    for (const path of READS) {
      const answer = await expectNothing(() => ann.get(path + query(ann.id, bob.id)));
      expect(answer.status).toBe(422);
    }
  });

  it('by a fragment, which is none of the query', async () => {
    for (const path of READS) {
      const answer = await expectNothing(() => ann.get(`${path}userId=${ann.id}#userId=${bob.id}`));
      // Node passes it on as it came; a browser never sends it.
      expect([200, 403]).toContain(answer.status);
    }
  });

  it('with his tag, which she cannot have', async () => {
    for (const path of READS) {
      const { etag } = (await bob.get(path)).headers;
      const headers = { 'if-none-match': etag };
      expect((await expectNothing(() => ann.get(path, headers))).status).toBe(200);
      expect((await expectNothing(() => ann.get(`${path}userId=${bob.id}`, headers))).status).toBe(
        403,
      );
    }
  });

  it('with a body, which a GET does not read', async () => {
    const body = JSON.stringify({ userId: bob.id });
    const headers = { 'content-type': 'application/json' };
    for (const path of READS) {
      const answer = await expectNothing(() => ann.send('GET', path, { headers, body }));
      expect(answer.status).toBe(200);
    }
  });
});

describe('Ann writes for Bob', () => {
  const update = { contentId: 'half', contentType: 'lesson', status: 'completed' };

  it.each(['userId', 'user_id', 'userid', 'UserId', 'user', 'asUser', 'viewer', 'learner', 'id'])(
    'in an update by the key %s',
    async (key) => {
      const request = () => ann.post(UPDATE, { ...update, [key]: bob.id });
      expect((await expectNothing(request)).status).toBe(422);
    },
  );

  it.each(['userId', 'asUser', '__proto__'])('in an update by the key %s in a row', async (key) => {
    const sent = {
      headers: { 'content-type': 'application/json' },
      body: `{"${key}":"${ann.id}",${JSON.stringify(update).slice(1, -1)},"${key}":"${bob.id}"}`,
    };
    expect((await expectNothing(() => ann.send('POST', UPDATE, sent))).status).toBe(422);
  });

  it('in the query of a write', async () => {
    const { id } = bob;
    const answer = await ann.post(`${UPDATE}?userId=${id}&asUser=${id}`, {
      ...update,
      contentId: 'care',
    });
    expect(answer.json()).toMatchObject({ progress: { userId: ann.id } });
  });

  it('as him, in a sync', async () => {
    const now = Date.now();
    const operation = { seq: 1, at: now, contentId: 'half', kind: 'completed', by: 'button' };
    const request = { v: 1, device: 'laptop-0001', now, cursor: null, catalogue: null };
    const asBob = { ...request, asUser: bob.id, operations: [operation] };
    expect((await expectNothing(() => ann.post(SYNC, asBob))).status).toBe(409);
    for (const userId of [bob.id, ann.id]) {
      const both = { ...asBob, asUser: ann.id, userId };
      expect((await expectNothing(() => ann.post(SYNC, both))).status).toBe(422);
    }
    const cursorOfBob = (
      (await bob.post(SYNC, { ...asBob, operations: [] })).json() as { cursor: string }
    ).cursor;
    const hers = { ...asBob, asUser: ann.id, operations: [], cursor: cursorOfBob };
    expect((await expectNothing(() => ann.post(SYNC, hers))).status).toBe(200);
    const inside = { ...asBob, asUser: ann.id, operations: [{ ...operation, userId: bob.id }] };
    const answer = await ann.post(SYNC, inside);
    expect(answer.json()).toMatchObject({ results: [{ status: 'rejected', code: 'invalid' }] });
  });

  it('by the form of a page', async () => {
    const fields = new URLSearchParams({ contentId: 'half', intent: 'complete', userId: bob.id });
    await ann.send('POST', `${CLOVE}?/mark&userId=${bob.id}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.origin },
      body: fields.toString(),
    });
    const half = '/api/progress/content?contentId=half';
    expect((await ann.get(half)).json()).toMatchObject({ userId: ann.id, status: 'completed' });
    expect((await bob.get(half)).json()).toMatchObject({ userId: bob.id, status: 'not-started' });
  });
});

describe('Ann has signed in since a page was opened', () => {
  it.each([
    ['mark', CLOVE, { contentId: 'reef', intent: 'complete' }],
    ['attempt', EXAM, { attempt: 'attempt-of-bob', q1: 'Reef' }],
  ])('by %s, a plain form of it records nothing for her', async (action, path, fields) => {
    const send = (asUser: string) =>
      ann.send('POST', `${path}?/${action}`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.origin },
        body: new URLSearchParams({ ...fields, asUser }).toString(),
      });
    for (const asUser of [bob.id, '']) {
      expect((await expectNothing(() => send(asUser))).status).toBe(409);
    }
    const before = await site.dump();
    expect((await send(ann.id)).status).toBe(200);
    expect(await site.dump()).not.toBe(before);
  });
});

describe('Ann claims to be Bob', () => {
  it.each([
    ...['x-user-id', 'x-userid', 'user-id', 'x-auth-user', 'x-forwarded-user', 'remote-user'],
    ...['x-remote-user', 'x-original-user', 'x-authenticated-user', 'from', 'x-impersonate'],
  ])('in the header %s', async (header) => {
    for (const path of READS) {
      const answer = await expectNothing(() => ann.get(path, { [header]: bob.id }));
      expect(answer.status).toBe(200);
    }
    const guest = await expectNothing(() =>
      site.send('GET', '/api/progress', { headers: { [header]: bob.id } }),
    );
    expect(guest.status).toBe(401);
  });

  it.each(['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix', 'x-forwarded-uri'])(
    'for another address in the header %s',
    async (header) => {
      const wish = `/api/progress?userId=${bob.id}`;
      const answer = await expectNothing(() => ann.get('/api/progress', { [header]: wish }));
      expect(answer.json()).toMatchObject({ userId: ann.id });
    },
  );

  it('with his signature under her token, and hers under his', async () => {
    const [own, other] = [ann, bob].map(({ cookie }) => cookie.replace(/^[^=]*=/, '').split('.'));
    for (const value of [`${own![0]}.${other![1]}`, `${other![0]}.${own![1]}`]) {
      const headers = { cookie: `cairn.session_token=${value}` };
      const answer = await expectNothing(() => site.send('GET', '/api/progress', { headers }));
      expect(answer.status).toBe(401);
    }
  });

  it('with two sessions at once: the first counts, everywhere', async () => {
    for (const [who, other] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      const cookie = `${who.cookie}; ${other.cookie}`;
      const read = await site.send('GET', '/api/progress', { headers: { cookie } });
      expect(read.json()).toMatchObject({ userId: who.id });
      const refused = await site.send('GET', `/api/progress?userId=${other.id}`, {
        headers: { cookie },
      });
      expect(refused.status).toBe(403);
      const page = await site.send('GET', '/account', { headers: { cookie } });
      expect(page.body).toContain(who.email);
      expect(page.body).not.toContain(other.email);
      const session = await site.send('GET', '/api/auth/get-session', { headers: { cookie } });
      expect(session.json()).toMatchObject({ user: { id: who.id } });
    }
  });
});

describe('a page that Ann opens', () => {
  const data = (path: string) => `${path === '/' ? '' : path}/__data.json`;
  const pages = [
    '/',
    '/dashboard',
    '/account',
    '/account/delete',
    '/rope',
    '/rope/basics',
    CLOVE,
    '/nowhere',
  ];
  const queries = (id: string) => ['', `?userId=${id}`, `?user=${id}&asUser=${id}`];

  it.each(pages)('holds nothing of Bob: %s and its data', async (path) => {
    for (const query of queries(bob.id)) {
      const page = await expectNothing(() => ann.get(path + query));
      expect(page.status).toBe(path === '/nowhere' ? 404 : 200);
      expect(page.headers['cache-control']).toBe('private, no-store');
      const own = await expectNothing(() => ann.get(data(path) + query));
      expect([own.status, own.headers['cache-control']]).toEqual([200, 'private, no-store']);
    }
    for (const query of [`x-sveltekit-invalidated=11&userId=${bob.id}`, 'x-sveltekit-action=1']) {
      expect((await expectNothing(() => ann.get(`${path}?${query}`))).status).toBe(400);
      await expectNothing(() => ann.get(`${data(path)}?${query}`));
    }
  });

  it.each(pages)('holds nothing of anybody when a guest opens it: %s', async (path) => {
    for (const address of [path, data(path)]) {
      const { body } = await expectNothing(() => site.send('GET', address));
      for (const of of [ann.id, ann.email]) expect(body).not.toContain(of);
    }
  });

  it('is made anew for Bob, on the same connection and with her tag', async () => {
    const hers = await ann.get(CLOVE);
    const his = await bob.get(CLOVE, { 'if-none-match': hers.headers.etag });
    expect(his.status).toBe(200);
    expect(hers.body).toContain('aria-pressed="false"');
    expect(his.body).toContain('aria-pressed="true"');
  });
});
