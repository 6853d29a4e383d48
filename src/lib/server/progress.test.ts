import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { DatabaseKind } from '../../../tests/support/databases.ts';
import { contents } from '../core/content.testing.ts';
import { done, op, requestOf, send } from './device.testing.ts';
import { histories, live } from './history.testing.ts';
import type { ProgressServer } from './progress.ts';
import type { School } from './school.testing.ts';
import { CONTENT, openSchool, post, SECOND, sharing, START } from './school.testing.ts';
import { sqlite } from './sqlite.ts';

type Event = Parameters<ProgressServer['handlers']['update']>[0];

const rope = { contentId: 'rope', contentType: 'lesson', status: 'completed' };
const kinds: DatabaseKind[] = [];

withDatabases((kind) => {
  kinds.push(kind);
  const school = sharing(kind.open);

  describe('a page', () => {
    test('is loaded with the outline around an item, and what is kept of it', async () => {
      const { ann, progress, catalogue } = await school();
      await ann.update(rope);
      const loaded = await progress.load(ann.id, 'bowline');
      expect(loaded.user).toBe(ann.id);
      expect(loaded.outline.version).toBe(catalogue().version);
      expect(loaded.outline.content.map((item) => item.id)).toEqual(['knots']);
      expect(loaded.changes.map(({ record }) => [record.contentId, record.status])).toEqual([
        ['knots', 'in-progress'],
        ['rope', 'completed'],
      ]);
    });

    test('of nobody is loaded untouched', async () => {
      const { progress } = await school();
      expect(await progress.load(null, 'bowline')).toMatchObject({
        user: null,
        changes: [],
        cursor: null,
      });
      const overview = await progress.overview(null);
      expect(overview).toMatchObject({
        user: null,
        overall: { completed: 0, total: 10, progressPercentage: 0 },
        continue: null,
      });
      expect(overview.courses.map((course) => course.status)).toEqual([
        'not-started',
        'not-started',
      ]);
    });

    test('of what is nowhere throws a sentence', async () => {
      const { progress, ann } = await school();
      const sentence = 'The catalogue holds no item "astronomy".';
      await expect(progress.load(null, 'astronomy')).rejects.toThrow(sentence);
      await expect(progress.summary(ann.id, 'astronomy')).rejects.toThrow(sentence);
      const acts = [{ contentId: 'astronomy', kind: 'opened' as const }];
      await expect(progress.record(ann.id, acts)).rejects.toThrow(sentence);
    });
  });

  describe('what a form records', () => {
    test('goes on to every unit of a container, and is undone the same way', async () => {
      const { ann, progress, clock } = await school();
      const by = 'button' as const;
      await progress.record(ann.id, [{ kind: 'completed', contentId: 'basics', by }]);
      expect(await progress.summary(ann.id, 'knots')).toMatchObject({ completed: 3 });
      expect((await ann.content({ contentId: 'tie' })).body.completedBy).toBe('button');
      clock.now += SECOND;
      await progress.record(ann.id, [{ kind: 'reopened', contentId: 'basics' }]);
      expect(await progress.summary(ann.id, 'knots')).toMatchObject({
        completed: 0,
        status: 'in-progress',
      });
      await progress.record(ann.id, [{ kind: 'restarted', contentId: 'knots' }]);
      expect(await progress.summary(ann.id, 'knots')).toMatchObject({ status: 'not-started' });
    });

    test('is one transaction, however many acts there are', async () => {
      const { ann, progress } = await school();
      await progress.record(ann.id, [
        { kind: 'opened', contentId: 'rope' },
        { kind: 'completed', contentId: 'wind', by: 'scroll' },
        { kind: 'saved', contentId: 'bowline', data: { page: 2 } },
      ]);
      expect((await ann.list()).body.revision).toBe(1);
      const listed = (await ann.list({ contentType: 'lesson' })).body.progress;
      expect(listed.map((record) => record.contentId)).toEqual(['bowline', 'rope', 'wind']);
    });
  });

  test('an overview goes on in the course that was visited last', async () => {
    const { ann, progress, clock } = await school();
    await ann.update(rope);
    clock.now += SECOND;
    await ann.update({ contentId: 'wind', contentType: 'lesson', status: 'completed' });
    const overview = await progress.overview(ann.id);
    expect(overview.overall).toMatchObject({ completed: 2, total: 10, progressPercentage: 20 });
    expect(overview.continue).toMatchObject({ courseId: 'weather', contentId: 'rain' });
    expect(overview.items['sea']).toMatchObject({ completed: 2, total: 9 });
    expect(overview.courses.map(({ contentId, completed }) => [contentId, completed])).toEqual([
      ['knots', 1],
      ['weather', 1],
    ]);
  });

  test('a learner’s data are exported whole and erased whole, and others keep theirs', async () => {
    const { ann, bob, progress } = await school();
    await send(ann, [done(1), op(2, 'saved', { data: 'mine' })]);
    await send(bob, [done(1)]);
    const kept = await progress.export(ann.id);
    expect(kept.operations).toHaveLength(1);
    expect(kept.devices).toMatchObject([{ deviceId: 'laptop-one', lastSeq: 2 }]);
    expect(kept.progress.find((row) => row.contentId === 'bowline')?.data).toBe('mine');

    await progress.erase(ann.id);
    expect(await progress.export(ann.id)).toEqual({
      learner: undefined,
      progress: [],
      operations: [],
      devices: [],
      certificates: [],
    });
    expect((await progress.export(bob.id)).operations).toHaveLength(1);
  });

  test('a cursor from before the data were erased begins again, and says so', async () => {
    const { ann, progress } = await school();
    await ann.update(rope);
    const { cursor, reset } = await send(ann, [done(1)]);
    await progress.erase(ann.id);
    const body = await send(ann, [done(1, 'wind'), done(2, 'wind')], { cursor });
    expect(body.changes.map(({ record }) => record.contentId)).toContain('wind');
    expect([reset, body.reset]).toEqual([undefined, true]);
    expect((await send(ann, [], { cursor: body.cursor })).reset).toBeUndefined();
  });

  test('a deleted user takes all progress along, and is signed out', async () => {
    const { ann, progress, database } = await school();
    await ann.update(rope);
    await database.kysely.deleteFrom('users').where('id', '=', ann.id).execute();
    expect((await progress.export(ann.id)).progress).toEqual([]);
    const { status, problem } = await ann.update(rope);
    expect([status, problem.code]).toEqual([401, 'not_signed_in']);
    expect((await ann.sync(requestOf(ann, [done(1)]))).status).toBe(401);
  });

  test('closing waits for what is being written', async () => {
    const open = await openSchool(await kind.open());
    await open.enrol('ann');
    const update = open.as('ann').update(rope);
    await new Promise(setImmediate);
    await open.progress.close();
    expect((await update).body.revision).toBe(1);
  });
});

describe('the same history gives the same bytes on every database:', () => {
  const onEach = async (story: (school: School) => Promise<void>) => {
    const transcripts = kinds.map(async ({ open }) => {
      const school = await openSchool(await open());
      await school.enrol('ann', 'bob');
      await story(school);
      return school.transcript;
    });
    const [first, ...others] = await Promise.all(transcripts);
    expect(first!.length).toBeGreaterThan(25);
    for (const other of others) expect(other.join('\n')).toBe(first!.join('\n'));
    expect(others).toHaveLength(2);
  };

  test('one that asks for everything there is', async () => {
    await onEach(tellAll);
  });

  test.each(fc.sample(fc.tuple(contents, histories), { seed: 3, numRuns: 3 }))(
    'any other',
    async (content, history) => {
      await onEach((school) => live(school, { content, history }));
    },
  );
});

describe('two servers in one process', () => {
  test('share nothing: neither progress nor limits nor content', async () => {
    const one = await openSchool(sqlite(':memory:'));
    const other = await openSchool(sqlite(':memory:'));
    await one.enrol('ann');
    await other.enrol('ann');
    one.teach([]);
    for (let i = 0; i < 301; i++) await one.as('ann').list();
    expect((await one.as('ann').list()).status).toBe(429);
    expect((await other.as('ann').update(rope)).status).toBe(200);
    expect((await other.as('ann').list()).status).toBe(200);
    expect((await one.progress.export('ann')).progress).toEqual([]);
  });
});

describe('the handlers', () => {
  test('ask the site who it is, and nothing in the request', async () => {
    const { progress, enrol } = await openSchool(sqlite(':memory:'), {
      identify: ({ locals }) => (locals as unknown as { user?: string }).user ?? null,
    });
    await enrol('ann');
    const { handlers } = progress;
    const event = (request: Request, user?: string) =>
      ({ request, locals: { ...(user && { user }) } }) as unknown as Event;
    const request = () => post('update', rope, { cookie: 'user=bob', 'x-user': 'bob' });
    expect((await handlers.update(event(request()))).status).toBe(401);
    const answer = await handlers.update(event(request(), 'ann'));
    expect(await answer.json()).toMatchObject({ progress: { userId: 'ann' } });
    const names = ['update', 'list', 'content', 'courseSummary', 'sync', 'openapi'];
    expect(Object.keys(handlers).sort()).toEqual(names.sort());
  });
});

/** Two learners, three devices, every call, and content that changes. */
async function tellAll({ as, clock, teach, nobody }: School): Promise<void> {
  const [ann, bob] = [as('ann'), as('bob')];
  const text = { ß: ['é', '😀', '\u2028'], 10: 1e-7, 9: -0.5, '': null, __proto: { a: [[]] } };
  await ann.update({ contentId: 'tie', contentType: 'exercise', status: 'in-progress', score: 59 });
  clock.now += SECOND;
  await ann.update({ ...rope, progressPercentage: 40, data: text });
  await ann.update({ contentId: 'basics', contentType: 'module', status: 'completed' });
  await bob.update({ contentId: 'knots', contentType: 'course', status: 'completed' });
  await bob.update({
    contentId: 'quiz',
    contentType: 'exercise',
    status: 'in-progress',
    data: { answers: [100] },
  });
  const first = await send(ann, [
    op(1, 'opened', { contentId: 'wind', at: START - 1 }),
    op(2, 'completed', { contentId: 'breeze', by: 'video', version: 2 }),
    op(3, 'reopened', { contentId: 'rope', seen: { server: 4 } }),
    op(4, 'spent', { ms: 123_456 }),
    op(5, 'completed', { contentId: 'unknown ß', by: 'scroll' }),
    op(6, 'saved', { data: text }),
    op(7, 'magic'),
  ]);
  await send(ann, [op(2, 'completed', { contentId: 'breeze', by: 'api' })], {
    cursor: first.cursor,
  });
  await send(ann, [op(1, 'restarted', { contentId: 'tie', epoch: 0 })], { device: 'constructor' });
  await send(ann, [op(2, 'completed', { contentId: 'rope', by: 'time', epoch: 0 })], {
    device: '__proto__',
  });
  const ask = async () => {
    for (const learner of [ann, bob]) {
      await learner.list();
      await learner.list({ limit: '2', after: 'bowline', status: 'in-progress' });
      for (const contentId of ['rope', 'breeze', 'sea', 'lore', 'unknown ß']) {
        await learner.content({ contentId });
      }
      for (const courseId of ['knots', 'meteorology', 'sea']) await learner.summary({ courseId });
      await learner.sync(requestOf(learner, []));
    }
  };
  await ask();
  const unknown = { id: 'unknown ß', type: 'lesson' as const, title: 'Known now' };
  teach([{ ...CONTENT[0]!, children: CONTENT[0]!.children!.toReversed() }, unknown]);
  await ask();
  await bob.update({ contentId: 'sea', contentType: 'theme', status: 'not-started' });
  await ann.update({ ...rope, status: 'not-started' });
  await ask();
  await ann.update({ ...rope, score: 5 });
  await ann.update('{');
  await bob.sync(requestOf(ann, []));
  await nobody.list();
}
