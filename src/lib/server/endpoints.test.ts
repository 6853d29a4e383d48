import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Database } from './database.ts';
import { createProgressServer } from './progress.ts';
import type { Learner } from './school.testing.ts';
import { CONTENT, openSchool, ORIGIN, SECOND, sharing } from './school.testing.ts';

const bowline = { contentId: 'bowline', contentType: 'lesson', status: 'completed' };
const rope = { contentId: 'rope', contentType: 'lesson', status: 'in-progress' };
const tie = { contentId: 'tie', contentType: 'exercise', status: 'completed', score: 80 };

const idsIn = async (answer: ReturnType<Learner['list']>) =>
  (await answer).body.progress.map((record) => record.contentId);

withDatabases(({ open }) => {
  const school = sharing(open);

  describe('the list', () => {
    test('of somebody who has done nothing is empty', async () => {
      const { ann } = await school();
      expect((await ann.list()).body).toEqual({ userId: ann.id, progress: [], revision: 0 });
    });

    test('holds what was touched and what is around it, by content id', async () => {
      const { ann } = await school();
      await ann.update(bowline);
      await ann.update(rope);
      expect(await idsIn(ann.list())).toEqual(['basics', 'bowline', 'knots', 'rope', 'sea']);
    });

    test('holds what was restarted, as not started', async () => {
      const { ann } = await school();
      await ann.update(bowline);
      await ann.update({ ...bowline, status: 'not-started' });
      expect(await idsIn(ann.list({ status: 'not-started' }))).toContain('bowline');
    });

    test('is filtered by type and by status', async () => {
      const { ann } = await school();
      await ann.update(bowline);
      await ann.update(rope);
      await ann.update(tie);
      expect(await idsIn(ann.list({ contentType: 'lesson' }))).toEqual(['bowline', 'rope']);
      expect(await idsIn(ann.list({ status: 'completed' }))).toEqual(['bowline', 'tie']);
      expect(await idsIn(ann.list({ contentType: 'lesson', status: 'completed' }))).toEqual([
        'bowline',
      ]);
    });

    test('comes in pages that hold each record once', async () => {
      const { ann } = await school();
      await ann.update({ contentId: 'sea', contentType: 'theme', status: 'completed' });
      const whole = await idsIn(ann.list());
      const paged: string[] = [];
      for (let after: string | undefined, pages = 0; pages < 20; pages++) {
        const { body } = await ann.list({ limit: '3', ...(after && { after }) });
        expect(body.progress.length).toBeLessThanOrEqual(3);
        paged.push(...body.progress.map((record) => record.contentId));
        after = body.next;
        if (after === undefined) break;
      }
      expect(whole.length).toBeGreaterThan(9);
      expect(paged).toEqual(whole);
    });

    test('says no next page where the last one is full', async () => {
      const { ann } = await school();
      await ann.update(rope);
      const { body } = await ann.list({ limit: '3' });
      expect(body.progress).toHaveLength(3);
      expect(body).not.toHaveProperty('next');
    });

    test('forgets no learner and no lesson that was deleted, but does not count it', async () => {
      const { ann, teach } = await school();
      await ann.update(bowline);
      await ann.update(tie);
      teach(without('bowline'));
      expect(await idsIn(ann.list())).toEqual(['basics', 'knots', 'sea', 'tie']);
      expect((await ann.content({ contentId: 'basics' })).body).toMatchObject({
        completed: 1,
        total: 2,
        progressPercentage: 50,
      });
      teach(CONTENT);
      expect((await ann.content({ contentId: 'bowline' })).body.status).toBe('completed');
      expect((await ann.content({ contentId: 'basics' })).body).toMatchObject({
        completed: 2,
        total: 3,
      });
    });
  });

  describe('one record', () => {
    test('of a unit that was never touched is not started, without id and times', async () => {
      const { ann } = await school();
      expect((await ann.content({ contentId: 'bowline' })).body).toEqual({
        id: null,
        userId: ann.id,
        contentId: 'bowline',
        contentType: 'lesson',
        status: 'not-started',
        completedAt: null,
        completedBy: null,
        startedAt: null,
        lastAccessedAt: null,
        progressPercentage: 0,
        score: null,
        data: null,
        timeSpentMs: 0,
        revision: 0,
      });
    });

    test('of a container that was never touched says how much there is', async () => {
      const { ann } = await school();
      expect((await ann.content({ contentId: 'knots' })).body).toMatchObject({
        id: null,
        status: 'not-started',
        completed: 0,
        total: 7,
        newSinceCompletion: 0,
      });
    });

    test('is found by an old id too', async () => {
      const { ann } = await school();
      const wind = { contentId: 'wind', contentType: 'lesson', status: 'completed' };
      const { body } = await ann.update(wind);
      expect((await ann.content({ contentId: 'breeze' })).body).toEqual(body.progress);
    });

    test('of a container sums up what was done since, on content as it is now', async () => {
      const { ann, teach } = await school();
      await ann.update(bowline);
      teach(without('reef'));
      expect((await ann.content({ contentId: 'basics' })).body).toMatchObject({
        completed: 1,
        total: 2,
      });
    });

    test('of what is nowhere is unknown, whatever the browser holds', async () => {
      const { ann } = await school();
      for (const headers of [undefined, { 'if-none-match': '*' }]) {
        const { status, problem } = await ann.content({ contentId: 'astronomy' }, headers);
        expect([status, problem.code]).toEqual([404, 'unknown_content']);
      }
    });
  });

  describe('a course’s summary', () => {
    test('lists its modules, inner ones too, each with its own units, and its top units', async () => {
      const { ann } = await school();
      await ann.update(bowline);
      await ann.update({ contentId: 'whip', contentType: 'lesson', status: 'completed' });
      const { body } = await ann.summary({ courseId: 'knots' });
      expect(
        body.modules.map(({ contentId, completed, total }) => [contentId, completed, total]),
      ).toEqual([
        ['basics', 1, 3],
        ['splicing', 1, 3],
        ['eyes', 0, 2],
        ['ends', 1, 1],
        ['empty', 0, 0],
      ]);
      expect(body.modules.map(({ units }) => units.map((unit) => unit.contentId))).toEqual([
        ['bowline', 'reef', 'tie', 'lore'],
        [],
        ['eye', 'quiz'],
        ['whip', 'melt'],
        [],
      ]);
      expect(body.units).toEqual([
        {
          contentId: 'rope',
          contentType: 'lesson',
          title: 'Rope',
          status: 'not-started',
          optional: false,
        },
      ]);
      expect(body).toMatchObject({ completed: 2, total: 7, progressPercentage: 28 });
    });

    test('goes on where the learner was last, else after what was completed last', async () => {
      const { ann, clock } = await school();
      expect((await ann.summary({ courseId: 'knots' })).body.next!.contentId).toBe('rope');
      await ann.update(bowline);
      expect((await ann.summary({ courseId: 'knots' })).body.next!.contentId).toBe('reef');
      clock.now += SECOND;
      await ann.update({ ...rope, contentId: 'eye' });
      expect((await ann.summary({ courseId: 'knots' })).body.next!.contentId).toBe('eye');
    });

    test('has nothing next once all is done, and says when that was', async () => {
      const { ann, clock } = await school();
      await ann.update({ contentId: 'weather', contentType: 'course', status: 'completed' });
      clock.now += SECOND;
      expect((await ann.summary({ courseId: 'weather' })).body).toMatchObject({
        status: 'completed',
        next: null,
        completedAt: new Date(clock.now - SECOND).toISOString(),
      });
    });

    test('stays completed when lessons are added, and tells the truth about them', async () => {
      const { ann, teach } = await school();
      await ann.update({ contentId: 'weather', contentType: 'course', status: 'completed' });
      teach([...without('weather'), { ...WEATHER, children: [...WEATHER.children!, HAIL] }]);
      expect((await ann.summary({ courseId: 'weather' })).body).toMatchObject({
        status: 'completed',
        completed: 2,
        total: 3,
        progressPercentage: 66,
        newSinceCompletion: 1,
        next: { contentId: 'hail' },
      });
    });

    test('is found by an old id, and only of courses', async () => {
      const { ann } = await school();
      expect((await ann.summary({ courseId: 'meteorology' })).body.courseId).toBe('weather');
      for (const courseId of ['sea', 'basics', 'bowline', 'astronomy']) {
        const { status, problem } = await ann.summary({ courseId });
        expect([status, problem.code]).toEqual([404, 'unknown_course']);
      }
    });

    test('says the same as every other answer: there is one formula', async () => {
      const { ann } = await school();
      const update = await ann.update(tie);
      const summary = (await ann.summary({ courseId: 'knots' })).body;
      const record = (await ann.content({ contentId: 'knots' })).body;
      const listed = (await ann.list()).body.progress.find((each) => each.contentId === 'knots');
      expect(update.body.rollUp[1]).toEqual(record);
      expect(listed).toEqual(record);
      for (const key of ['status', 'completed', 'total', 'progressPercentage', 'score'] as const) {
        expect(summary[key]).toBe(record[key]);
      }
    });
  });

  describe('a read', () => {
    const reads: [string, (learner: Learner, headers?: Record<string, string>) => Read][] = [
      ['list', (learner, headers) => learner.list({}, headers)],
      ['content', (learner, headers) => learner.content({ contentId: 'tie' }, headers)],
      ['summary', (learner, headers) => learner.summary({ courseId: 'knots' }, headers)],
    ];

    test.each(reads)('of the %s answers 304 until something changes', async (_, read) => {
      const { ann, teach } = await school();
      await ann.update(tie);
      const first = await read(ann);
      const etag = first.headers.get('etag')!;
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      expect(first.headers.get('vary')).toBe('Cookie');

      for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await read(ann, { 'if-none-match': tag });
        expect([again.status, again.text]).toEqual([304, '']);
        expect(again.headers.get('etag')).toBe(etag);
        expect(again.headers.get('vary')).toBe('Cookie');
      }
      await ann.update(rope);
      expect((await read(ann, { 'if-none-match': etag })).status).toBe(200);

      const later = (await read(ann)).headers.get('etag')!;
      teach(without('rope'));
      expect((await read(ann, { 'if-none-match': later })).status).toBe(200);
    });

    test.each(reads)(
      'of the %s never takes one learner’s answer for another’s',
      async (_, read) => {
        const { ann, bob } = await school();
        await ann.update(tie);
        await bob.update(tie);
        const [hers, his] = [await read(ann), await read(bob)];
        expect(hers.headers.get('etag')).not.toBe(his.headers.get('etag'));
        const tag = { 'if-none-match': hers.headers.get('etag')! };
        expect((await read(bob, tag)).status).toBe(200);
        expect(hers.headers.get('etag')).not.toContain(ann.id);
      },
    );

    test.each(reads)('of the %s shows at once what another process wrote', async (_, read) => {
      const { ann, database, catalogue } = await school();
      const other = createProgressServer({ catalogue, database, identify: () => null });
      await ann.update({ ...tie, status: 'in-progress', score: 0 });
      expect((await read(ann)).text).not.toContain('"status":"completed"');
      await other.record(ann.id, [
        { contentId: 'tie', kind: 'attempted', attempt: 'x', score: 90 },
      ]);
      expect((await read(ann)).text).toContain('"status":"completed"');
    });

    test.each(reads)('of the %s shows at once that content was edited', async (name, read) => {
      const { ann, teach } = await school();
      await ann.update({ ...tie, score: 80 });
      const before = await read(ann);
      teach(without('bowline'));
      const edited = await read(ann);
      teach(CONTENT);
      expect((await read(ann)).text).toBe(before.text);
      // The exercise's own record has nothing of its course.
      if (name !== 'content') expect(edited.text).not.toBe(before.text);
      expect(edited.headers.get('etag')).not.toBe(before.headers.get('etag'));
    });

    test.each(reads)('of the %s brings nothing back that was erased', async (_, read) => {
      const { ann, progress } = await school();
      await ann.update({ ...tie, score: 80 });
      const before = await read(ann);
      await progress.erase(ann.id);
      // The revision is the same again.
      await ann.update({ ...tie, status: 'in-progress', score: 10 });
      const etag = before.headers.get('etag')!;
      const after = await read(ann, { 'if-none-match': etag });
      expect(after.status).toBe(200);
      expect(after.text).not.toBe(before.text);
    });

    test.each(reads)('of the %s is made once while nothing changes', async (_, read) => {
      const { database, reads } = watched(await open());
      const { as, enrol } = await openSchool(database);
      await enrol('ann', 'bob');
      await as('ann').update(tie);
      const ask = async (who: string) => {
        const before = reads();
        const { text } = await read(as(who));
        return { text, reads: reads() - before };
      };
      const first = await ask('ann');
      expect(first.reads).toBe(2);
      expect(await ask('ann')).toEqual({ ...first, reads: 1 });
      const his = await ask('bob');
      expect(his.reads).toBe(2);
      expect(his.text).not.toBe(first.text);
    });

    test('is made anew for another question', async () => {
      const { ann } = await school();
      await ann.update(bowline);
      await ann.update(rope);
      expect(await idsIn(ann.list())).toHaveLength(5);
      expect(await idsIn(ann.list({ contentType: 'lesson' }))).toEqual(['bowline', 'rope']);
      expect(await idsIn(ann.list({ contentType: 'lesson', limit: '1' }))).toEqual(['bowline']);
      expect((await ann.content({ contentId: 'rope' })).body.status).toBe('in-progress');
      expect((await ann.content({ contentId: 'bowline' })).body.status).toBe('completed');
      expect((await ann.summary({ courseId: 'knots' })).body.courseId).toBe('knots');
      expect((await ann.summary({ courseId: 'weather' })).body.courseId).toBe('weather');
    });

    test.each(reads)('of the %s is refused to nobody', async (_, read) => {
      const { nobody } = await school();
      const { status, problem } = await read({ ...nobody, id: '' });
      expect([status, problem.code]).toEqual([401, 'not_signed_in']);
    });

    test('of somebody else is refused, by any spelling', async () => {
      const { ann, bob, progress } = await school();
      await bob.update(tie);
      const own = ann.id;
      const other = bob.id;
      const spelled = [
        `userId=${other}`,
        `%75serId=${other}`,
        `userId=${other.replace('b', '%62')}`,
        `userId=${own}&userId=${other}`,
        `userId=${other}&userId=${own}`,
        `userId[]=${other}`,
        `userid=${other}`,
        `user_id=${other}`,
        `userId=${own}%00`,
        `userId=+${own}`,
        `userId=${own.toUpperCase()}`,
        'userId=',
        'userId=*',
        'userId=__proto__',
        `__proto__=${other}`,
        `__proto__[userId]=${other}`,
      ];
      for (const query of spelled) {
        for (const [path, endpoint, needed] of [
          ['', 'list', ''],
          ['/content', 'content', '&contentId=tie'],
          ['/course_summary', 'courseSummary', '&courseId=knots'],
        ] as const) {
          const url = `${ORIGIN}/api/progress${path}?${query}${needed}`;
          const response = await progress.endpoints[endpoint](new Request(url), own);
          expect([403, 422], query).toContain(response.status);
          expect(await response.text()).not.toContain('"completed"');
        }
      }
    });

    test('of oneself by name is a read of oneself', async () => {
      const { ann } = await school();
      await ann.update(tie);
      expect((await ann.list({ userId: ann.id })).text).toBe((await ann.list()).text);
    });

    test('never writes: a page load, or a preload on hover, is no visit', async () => {
      const { ann, progress, dump } = await school();
      await ann.update(tie);
      const before = await dump();
      await Promise.all(reads.map(([, read]) => read(ann)));
      await progress.load(ann.id, 'bowline');
      await progress.overview(ann.id);
      expect(await dump()).toBe(before);
    });
  });

  test('a site may let some see the progress of others, but never write it', async () => {
    const { as, enrol } = await openSchool(await open(), {
      canView: (viewer, userId) => viewer === 'teacher' || viewer === userId,
    });
    await enrol('teacher', 'pupil');
    const [teacher, pupil] = [as('teacher'), as('pupil')];
    await pupil.update(tie);
    const { body, headers } = await teacher.list({ userId: 'pupil' });
    expect(body).toEqual((await pupil.list()).body);
    expect(headers.get('etag')).toBe((await pupil.list()).headers.get('etag'));
    expect((await pupil.list({ userId: 'teacher' })).status).toBe(403);
    expect((await teacher.update({ ...tie, userId: 'pupil' })).status).toBe(422);
    expect((await teacher.list({ userId: 'nobody\0' })).status).toBe(422);
  });
});

type Read = ReturnType<Learner['list'] | Learner['content'] | Learner['summary']>;

/** A database that counts what it is asked to read. */
function watched(database: Database): { database: Database; reads: () => number } {
  let reads = 0;
  const read: Database['read'] = (script) => {
    reads++;
    return database.read(script);
  };
  return { database: { ...database, read }, reads: () => reads };
}

const WEATHER = CONTENT[0]!.children![1]!;
const HAIL = { id: 'hail', type: 'lesson' as const, title: 'Hail' };

/** The school's content without an item and what is below it. */
function without(id: string, content = CONTENT): typeof CONTENT {
  return content
    .filter((item) => item.id !== id)
    .map((item) => (item.children ? { ...item, children: without(id, item.children) } : item));
}
