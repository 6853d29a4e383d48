import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  listAnswerSchema,
  recordSchema,
  summaryAnswerSchema,
  syncAnswerSchema,
  updateAnswerSchema,
} from '../../src/lib/server/answer-schemas.ts';
import type { Answer } from '../support/exchange.ts';
import { KNOTS } from '../support/knots.ts';
import { startPostgres } from '../support/postgres.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

const UPDATE = '/api/progress/update';
const LIST = '/api/progress';
const SYNC = '/api/progress/sync';
const content = (id: string) => `/api/progress/content?contentId=${encodeURIComponent(id)}`;
const summary = (id: string) => `/api/progress/course_summary?courseId=${encodeURIComponent(id)}`;

const HITCHES = 'rope/basics/hitches';
const mark = (contentId: string) => ({ contentId, contentType: 'lesson', status: 'completed' });

/** The answer's body, held against the schema that the documentation is written from. */
function read<T extends v.GenericSchema>(schema: T, answer: Answer): v.InferOutput<T> {
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  return v.parse(schema, answer.json());
}

const nothingYet = {
  id: null,
  status: 'not-started',
  completedAt: null,
  completedBy: null,
  lastAccessedAt: null,
  progressPercentage: 0,
  score: null,
  data: null,
  startedAt: null,
  timeSpentMs: 0,
  revision: 0,
};

describe.each(['SQLite', 'PostgreSQL'])('the API on %s', (kind) => {
  let site: WatchedSite;
  let ann: Learner;
  const leftovers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    if (kind === 'PostgreSQL') {
      const postgres = await startPostgres();
      leftovers.push(() => postgres.stop());
      site = await startWatchedSite({ files: KNOTS, databaseUrl: await postgres.createDatabase() });
    } else {
      site = await startWatchedSite({ files: KNOTS });
    }
    leftovers.push(() => site.stop());
    ann = await site.signUp();
  });
  afterAll(async () => {
    for (const leave of leftovers.reverse()) await leave();
  });

  /** A list that is empty at first: each test has a learner of its own. */
  const fresh = () => site.signUp();

  it('updates a lesson and answers its record and those around it, innermost first', async () => {
    const begun = Date.now();
    const answer = read(updateAnswerSchema, await ann.post(UPDATE, mark('clove')));
    expect(answer.progress).toEqual({
      id: expect.stringMatching(/./) as string,
      userId: ann.id,
      contentId: 'clove',
      contentType: 'lesson',
      status: 'completed',
      completedAt: expect.any(String) as string,
      completedBy: 'api',
      lastAccessedAt: expect.any(String) as string,
      progressPercentage: 100,
      score: null,
      data: null,
      startedAt: expect.any(String) as string,
      timeSpentMs: 0,
      revision: 1,
    });
    const at = Date.parse(answer.progress.completedAt ?? '');
    expect(at).toBeGreaterThanOrEqual(begun);
    expect(at).toBeLessThanOrEqual(Date.now());
    expect(answer.revision).toBe(1);
    expect(
      answer.rollUp.map((each) => [
        ...[each.contentId, each.contentType, each.status, each.progressPercentage],
        ...[each.completed, each.total, each.newSinceCompletion],
      ]),
    ).toEqual([
      [HITCHES, 'module', 'in-progress', 33, 1, 3, 0],
      ['basics', 'course', 'in-progress', 20, 1, 5, 0],
      ['rope', 'theme', 'in-progress', 16, 1, 6, 0],
    ]);
  });

  it('creates once, and then updates the same record', async () => {
    const learner = await fresh();
    const data = { page: 3, 'ключ 🔑': ['a', null, 1.5, true] };
    const half = { ...mark('half'), status: 'in-progress', progressPercentage: 40, data };
    const first = read(updateAnswerSchema, await learner.post(UPDATE, half)).progress;
    expect(first).toMatchObject({ status: 'in-progress', progressPercentage: 40, data });
    const again = read(updateAnswerSchema, await learner.post(UPDATE, mark('half'))).progress;
    expect(again).toMatchObject({ id: first.id, status: 'completed', data, revision: 2 });
    const third = read(updateAnswerSchema, await learner.post(UPDATE, mark('half'))).progress;
    expect(third.completedAt).toBe(again.completedAt);

    const exercise = {
      contentId: 'tie',
      contentType: 'exercise',
      status: 'in-progress',
      score: 82,
    };
    const passed = read(updateAnswerSchema, await learner.post(UPDATE, exercise));
    expect(passed.progress).toMatchObject({ status: 'completed', score: 82 });
    expect(passed.rollUp[0]).toMatchObject({ completed: 2, total: 3, score: 82 });
  });

  it('completes and restarts a whole course, and says what stays open', async () => {
    const learner = await fresh();
    const course = { contentId: 'basics', contentType: 'course', status: 'completed' };
    const done = read(updateAnswerSchema, await learner.post(UPDATE, course));
    expect(done.progress).toMatchObject({ status: 'completed', completed: 5, total: 5 });
    expect(done).not.toHaveProperty('open');
    const theme = { contentId: 'rope', contentType: 'theme', status: 'completed' };
    const most = read(updateAnswerSchema, await learner.post(UPDATE, theme));
    expect(most).toMatchObject({ progress: { completed: 5, total: 6 }, open: ['exam'] });
    const restarted = { ...course, status: 'not-started' };
    const none = read(updateAnswerSchema, await learner.post(UPDATE, restarted));
    expect(none.progress).toMatchObject({ status: 'not-started', completed: 0, total: 5 });
  });

  it('lists records by content id, by filter and in pages', async () => {
    const learner = await fresh();
    const empty = read(listAnswerSchema, await learner.get(LIST));
    expect(empty).toEqual({ userId: learner.id, progress: [], revision: 0 });
    await learner.post(UPDATE, mark('reef'));
    await learner.post(UPDATE, { ...mark('clove'), status: 'in-progress' });

    const idsAt = async (query: string) => {
      const { progress, next } = read(listAnswerSchema, await learner.get(`${LIST}?${query}`));
      return { ids: progress.map(({ contentId }) => contentId), next };
    };
    const all = ['basics', 'clove', 'reef', 'rope', 'rope/basics/bends', HITCHES];
    expect(await idsAt('')).toEqual({ ids: all, next: undefined });
    expect(await idsAt('contentType=lesson')).toMatchObject({ ids: ['clove', 'reef'] });
    expect(await idsAt('status=completed&contentType=lesson')).toMatchObject({ ids: ['reef'] });
    const first = await idsAt('limit=4');
    expect(first.ids).toEqual(all.slice(0, 4));
    expect(await idsAt(`limit=4&after=${encodeURIComponent(first.next ?? '')}`)).toEqual({
      ids: all.slice(4),
      next: undefined,
    });
    expect(await idsAt(`userId=${learner.id}`)).toMatchObject({ ids: all });
  });

  it('answers the record of one item, touched or not', async () => {
    const learner = await fresh();
    const untouched = { userId: learner.id, ...nothingYet };
    expect(read(recordSchema, await learner.get(content('reef')))).toEqual({
      ...untouched,
      contentId: 'reef',
      contentType: 'lesson',
    });
    expect(read(recordSchema, await learner.get(content('basics')))).toEqual({
      ...untouched,
      contentId: 'basics',
      contentType: 'course',
      completed: 0,
      total: 5,
      newSinceCompletion: 0,
    });
    const { progress } = read(updateAnswerSchema, await learner.post(UPDATE, mark('reef')));
    expect(read(recordSchema, await learner.get(content('reef')))).toEqual(progress);
  });

  it('sums a course up', async () => {
    const learner = await fresh();
    await learner.post(UPDATE, mark('clove'));
    const { progress: half } = read(updateAnswerSchema, await learner.post(UPDATE, mark('half')));
    const unit = { contentType: 'lesson', status: 'not-started', optional: false };
    expect(read(summaryAnswerSchema, await learner.get(summary('basics')))).toEqual({
      courseId: 'basics',
      title: 'The basics',
      status: 'in-progress',
      progressPercentage: 40,
      completed: 2,
      total: 5,
      newSinceCompletion: 0,
      score: null,
      completedAt: null,
      lastAccessedAt: half.lastAccessedAt,
      timeSpentMs: 0,
      next: { contentId: 'tie', title: 'Tie one' },
      modules: [
        {
          contentId: HITCHES,
          title: 'Hitches',
          status: 'in-progress',
          progressPercentage: 66,
          completed: 2,
          total: 3,
          units: [
            { ...unit, contentId: 'clove', title: 'Clove hitch', status: 'completed' },
            { ...unit, contentId: 'half', title: 'Half hitch', status: 'completed' },
            { ...unit, contentId: 'tie', title: 'Tie one', contentType: 'exercise' },
          ],
        },
        {
          contentId: 'rope/basics/bends',
          title: 'Bends',
          status: 'not-started',
          progressPercentage: 0,
          completed: 0,
          total: 1,
          units: [
            { ...unit, contentId: 'reef', title: 'Reef knot' },
            { ...unit, contentId: 'granny', title: 'Granny', optional: true },
          ],
        },
      ],
      units: [{ ...unit, contentId: 'care', title: 'Care of a rope' }],
    });
  });

  it('takes in what a device did, once, and hands over what changed since its cursor', async () => {
    const learner = await fresh();
    const now = Date.now();
    const request = {
      v: 1,
      device: 'laptop-0001',
      asUser: learner.id,
      now,
      cursor: null,
      catalogue: null,
      operations: [
        { seq: 1, at: now - 5000, contentId: 'clove', kind: 'opened' },
        { seq: 2, at: now - 4000, contentId: 'clove', kind: 'spent', ms: 1500 },
        { seq: 3, at: now - 3000, contentId: 'clove', kind: 'completed', by: 'scroll' },
        { seq: 4, at: now - 2000, contentId: 'exam', kind: 'completed', by: 'button' },
        { seq: 5, at: now - 1000, contentId: 'of-tomorrow', kind: 'opened' },
      ],
    };
    const first = read(syncAnswerSchema, await learner.post(SYNC, request));
    expect(first).toMatchObject({ v: 1, user: learner.id, lastSeq: 5, more: false });
    expect(Math.abs(first.now - now)).toBeLessThan(60_000);
    expect(first.results).toEqual([
      { seq: 1, status: 'applied' },
      { seq: 2, status: 'applied' },
      { seq: 3, status: 'applied' },
      { seq: 4, status: 'rejected', code: 'graded_by_server' },
      { seq: 5, status: 'deferred' },
    ]);
    const recordIn = ({ changes }: typeof first, id: string) =>
      changes.find(({ record }) => record.contentId === id)?.record;
    const completed = { status: 'completed', completedBy: 'scroll', timeSpentMs: 1500 };
    expect(recordIn(first, 'clove')).toMatchObject(completed);
    expect(recordIn(first, 'basics')).toMatchObject({ completed: 1, total: 5 });

    const replayed = read(syncAnswerSchema, await learner.post(SYNC, request));
    expect(replayed.results.map(({ status }) => status)).toEqual([
      ...['duplicate', 'duplicate', 'duplicate', 'rejected', 'duplicate'],
    ]);
    expect(replayed.changes).toEqual(first.changes);

    const { cursor, catalogue } = first;
    const poll = { ...request, cursor, catalogue, operations: [] };
    expect(read(syncAnswerSchema, await learner.post(SYNC, poll)).changes).toEqual([]);
    await learner.post(UPDATE, mark('half'));
    const later = read(syncAnswerSchema, await learner.post(SYNC, poll));
    expect(recordIn(later, 'half')).toMatchObject({ status: 'completed', completedBy: 'api' });
    expect(recordIn(later, 'clove')).toBeUndefined();
    expect(recordIn(later, 'basics')).toMatchObject({ completed: 2 });
  });

  it.each([LIST, content('clove'), summary('basics')])(
    'answers 304 to GET %s until something changes, and to no one else',
    async (path) => {
      const learner = await fresh();
      const { headers } = await learner.get(path);
      expect(headers).toMatchObject({
        etag: expect.stringMatching(/^"[^"]+"$/) as string,
        'cache-control': 'private, no-cache',
        vary: 'Cookie',
      });
      const ifNoneMatch = { 'if-none-match': headers.etag };
      const same = await learner.get(path, ifNoneMatch);
      expect([same.status, same.body, same.headers.etag]).toEqual([304, '', headers.etag]);
      expect(same.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Cookie' });
      for (const tags of ['*', `"other", W/${headers.etag}`]) {
        expect((await learner.get(path, { 'if-none-match': tags })).status).toBe(304);
      }
      const other = await fresh();
      expect((await other.get(path, ifNoneMatch)).status).toBe(200);
      expect((await site.send('GET', path, { headers: ifNoneMatch })).status).toBe(401);
      await learner.post(UPDATE, mark('clove'));
      const changed = await learner.get(path, ifNoneMatch);
      expect(changed.status).toBe(200);
      expect(changed.headers.etag).not.toBe(headers.etag);
    },
  );

  it.each([LIST, content('clove'), summary('basics'), '/api/openapi.json'])(
    'answers HEAD %s like GET, without the body',
    async (path) => {
      const got = await ann.get(path);
      const head = await ann.send('HEAD', path);
      // A length need not be said (RFC 9110, section 9.3.2), and the date may be a second later.
      const { date: _, 'content-length': __, ...expected } = got.headers;
      expect(head).toMatchObject({ status: 200, body: '', headers: expected });
    },
  );

  it('stores no answer to a write anywhere', async () => {
    const answer = await ann.post(UPDATE, mark('clove'));
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('reads and writes for a program without a browser, by its cookie alone', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=UTF-8' };
    const body = JSON.stringify(mark('care'));
    for (const chunked of [false, true]) {
      const answer = await ann.send('POST', UPDATE, { headers, body, chunked });
      expect(read(updateAnswerSchema, answer).progress.status).toBe('completed');
    }
  });
});
