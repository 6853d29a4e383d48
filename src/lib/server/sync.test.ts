import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { ContentData } from '../core/index.ts';
import { done, op, outcomes, recordIn, requestOf, send } from './device.testing.ts';
import { CONTENT, DAY, SECOND, sharing, START } from './school.testing.ts';

withDatabases(({ open }) => {
  const school = sharing(open);

  describe('a sync', () => {
    test('of nothing answers where device and learner stand, and writes nothing', async () => {
      const { ann, dump, catalogue } = await school();
      const before = await dump();
      const body = await send(ann, []);
      expect(body).toEqual({
        v: 1,
        user: ann.id,
        now: START,
        lastSeq: 0,
        results: [],
        changes: [],
        cursor: expect.any(String) as string,
        more: false,
        catalogue: catalogue().version,
      });
      expect(await dump()).toBe(before);
    });

    test('takes in every kind of operation', async () => {
      const { ann } = await school();
      const tie = { contentId: 'tie' };
      const body = await send(ann, [
        op(1, 'opened'),
        op(2, 'advanced', { percentage: 40 }),
        op(3, 'saved', { data: { page: 3 } }),
        op(4, 'spent', { ms: 5000 }),
        op(5, 'attempted', { ...tie, attempt: 'a1', score: 65 }),
        op(6, 'completed', { contentId: 'reef', by: 'scroll' }),
        op(7, 'reopened', { contentId: 'reef', seen: { 'laptop-one': 6 } }),
        op(8, 'completed', { contentId: 'rope', by: 'time', version: 2 }),
        op(9, 'restarted', { contentId: 'rope' }),
      ]);
      expect(outcomes(body)).toEqual(Array(9).fill('applied'));
      expect(body.lastSeq).toBe(9);
      expect(recordIn(body, 'bowline')).toMatchObject({
        status: 'in-progress',
        progressPercentage: 40,
        data: { page: 3 },
        timeSpentMs: 5000,
      });
      expect(recordIn(body, 'tie')).toMatchObject({ completedBy: 'exercise', score: 65 });
      expect(recordIn(body, 'reef')).toMatchObject({ status: 'in-progress', completedAt: null });
      expect(recordIn(body, 'rope')).toMatchObject({ status: 'not-started', startedAt: null });
      expect(recordIn(body, 'knots')).toMatchObject({ completed: 1, timeSpentMs: 5000 });
    });

    test('says item states of units, sums of containers, and each as it is stored', async () => {
      const { ann, progress } = await school();
      const body = await send(ann, [done(1)]);
      const rows = (await progress.export(ann.id)).progress;
      expect(body.changes.map(({ record }) => record.id)).toEqual(rows.map((row) => row.id));
      for (const [i, { state, rollUp }] of body.changes.entries()) {
        expect([state ?? null, rollUp ?? null]).toEqual([rows[i]!.state, rows[i]!.rollUp]);
      }
    });

    test('applies by number, in whatever order the operations come', async () => {
      const { ann } = await school();
      const seen = { 'laptop-one': 1 };
      const body = await send(ann, [done(3), op(2, 'reopened', { seen }), done(1)]);
      expect(body.results.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(recordIn(body, 'bowline')?.status).toBe('completed');
    });

    test('takes 200 operations at once', async () => {
      const { ann } = await school();
      const operations = Array.from({ length: 200 }, (_, i) => op(i + 1, 'spent', { ms: i }));
      const body = await send(ann, operations);
      expect(outcomes(body)).toEqual(Array(200).fill('applied'));
      expect(recordIn(body, 'bowline')?.timeSpentMs).toBe(199);
    });

    test('of somebody else’s operations is refused and changes nothing', async () => {
      const { ann, bob, dump } = await school();
      const before = await dump();
      const { status, problem } = await bob.sync(requestOf(ann, [done(1)]));
      expect([status, problem.code]).toEqual([409, 'user_mismatch']);
      expect(await dump()).toBe(before);
    });

    test('knows each device and each learner by itself', async () => {
      const { ann, bob } = await school();
      await send(ann, [done(7)]);
      expect((await send(ann, [], { device: 'telephone' })).lastSeq).toBe(0);
      expect((await send(bob, [])).lastSeq).toBe(0);
      expect((await send(ann, [])).lastSeq).toBe(7);
      expect(outcomes(await send(bob, [done(7)]))).toEqual(['applied']);
    });
  });

  describe('an operation that comes again', () => {
    const first = [
      done(1),
      op(2, 'spent', { ms: 4000 }),
      op(3, 'attempted', { contentId: 'tie', attempt: 'a1', score: 50 }),
      op(4, 'saved', { data: 'x' }),
      op(5, 'restarted', { contentId: 'rope' }),
      op(6, 'reopened', { contentId: 'reef' }),
    ];

    test('is a duplicate: an answer cut after the commit costs nothing', async () => {
      const { ann, dump, clock } = await school();
      await send(ann, first);
      const before = await dump();
      clock.now += SECOND;
      const again = await send(ann, first, { now: START + SECOND });
      expect(outcomes(again)).toEqual(Array(6).fill('duplicate'));
      expect(recordIn(again, 'bowline')?.timeSpentMs).toBe(4000);
      expect(await dump()).toBe(before);
    });

    test('is a duplicate within one request and within one group of requests', async () => {
      const { ann, progress } = await school();
      const answers = await Promise.all([
        send(ann, [done(1), done(1), op(2, 'spent', { ms: 9 }), op(2, 'spent', { ms: 9 })]),
        send(ann, [done(1), op(2, 'spent', { ms: 9 })]),
      ]);
      expect(answers.flatMap(outcomes).sort()).toEqual([
        'applied',
        'applied',
        ...Array<string>(4).fill('duplicate'),
      ]);
      expect((await progress.export(ann.id)).operations).toHaveLength(1);
    });

    test('is a duplicate even where it would be refused by now', async () => {
      const { ann, teach } = await school();
      await send(ann, [done(1)]);
      teach([{ id: 'bowline', type: 'exercise', title: 'The bowline', graded: true }]);
      expect(outcomes(await send(ann, [done(1), done(2)]))).toEqual([
        'duplicate',
        'rejected graded_by_server',
      ]);
    });

    test('of a logged kind is known by the log, though later ones came first', async () => {
      const { ann } = await school();
      await send(ann, [op(5, 'opened')]);
      const body = await send(ann, [done(3), op(4, 'spent', { ms: 7 })]);
      expect(outcomes(body)).toEqual(['applied', 'duplicate']);
      expect(body.lastSeq).toBe(5);
    });

    test.each([
      ['about something else', done(1, 'reef')],
      ['of another kind', op(1, 'restarted')],
      ['with something else in it', op(1, 'completed', { by: 'video' })],
    ])('but %s has a number that was used before', async (_, other) => {
      const { ann, dump } = await school();
      await send(ann, [done(1)]);
      const before = await dump();
      expect(outcomes(await send(ann, [other]))).toEqual(['rejected seq_reuse']);
      expect(await dump()).toBe(before);
    });
  });

  describe('an operation on content that is not here yet', () => {
    const later = (content: string[]): ContentData[] => [
      ...CONTENT,
      {
        id: 'astronomy',
        type: 'course',
        title: 'Astronomy',
        children: content.map((id) => ({ id, type: 'lesson', title: id })),
      },
    ];

    test('is deferred: kept, counted nowhere, and there when the content comes', async () => {
      const { ann, teach } = await school();
      const body = await send(ann, [
        done(1, 'stars'),
        op(2, 'spent', { contentId: 'stars', ms: 60 }),
      ]);
      expect(outcomes(body)).toEqual(['deferred', 'deferred']);
      expect([body.changes, body.lastSeq]).toEqual([[], 2]);
      expect((await ann.list()).body.progress).toEqual([]);
      expect((await ann.content({ contentId: 'stars' })).status).toBe(404);

      teach(later(['stars', 'moon']));
      expect((await ann.content({ contentId: 'stars' })).body).toMatchObject({
        status: 'completed',
        completedBy: 'button',
        timeSpentMs: 60,
      });
      expect((await ann.summary({ courseId: 'astronomy' })).body).toMatchObject({
        completed: 1,
        total: 2,
      });
      const next = await send(ann, [done(3, 'moon')], { cursor: body.cursor });
      expect(recordIn(next, 'astronomy')).toMatchObject({ completed: 2, status: 'completed' });
      expect(recordIn(next, 'stars')?.status).toBe('completed');
    });

    test('passes no exercise that the server grades once it comes', async () => {
      const { ann, teach } = await school();
      const claims = [
        op(1, 'attempted', { contentId: 'stars', attempt: 'a', score: 100 }),
        op(2, 'completed', { contentId: 'stars', by: 'exercise', version: 3 }),
      ];
      expect(outcomes(await send(ann, claims))).toEqual(['deferred', 'deferred']);

      const content = later(['moon']);
      const stars = { id: 'stars', type: 'exercise' as const, title: 'Stars', graded: true };
      content.at(-1)!.children!.push(stars);
      teach(content);
      const open = { status: 'in-progress', score: null, completedBy: null };
      expect((await ann.content({ contentId: 'stars' })).body).toMatchObject(open);
      const next = await send(ann, [done(3, 'moon')]);
      expect(recordIn(next, 'stars')).toMatchObject(open);
      expect(recordIn(next, 'astronomy')).toMatchObject({ completed: 1, status: 'in-progress' });
    });

    test('is not to be sent again', async () => {
      const { ann } = await school();
      await send(ann, [done(1, 'stars')]);
      expect(outcomes(await send(ann, [done(1, 'stars')]))).toEqual(['duplicate']);
    });

    test('is kept for 1,000 such ids, and no more', async () => {
      const { ann, bob, clock } = await school();
      for (let i = 0; i < 1000; i += 200) {
        const operations = Array.from({ length: 200 }, (_, j) => done(i + j + 1, `new-${i + j}`));
        expect(outcomes(await send(ann, operations))).toEqual(Array(200).fill('deferred'));
        clock.now += SECOND;
      }
      const more = [
        done(1001, 'new-1000'),
        done(1002),
        done(1003, 'new-1001'),
        done(1004, 'new-7'),
      ];
      expect(outcomes(await send(ann, more))).toEqual([
        'rejected unknown_content',
        'applied',
        'rejected unknown_content',
        'deferred',
      ]);
      expect(outcomes(await send(bob, [done(1, 'new-1000')]))).toEqual(['deferred']);
    });

    test('does not count among them when the content was here once', async () => {
      const { ann, teach } = await school();
      await send(ann, [done(1)]);
      teach([]);
      const operations = Array.from({ length: 200 }, (_, i) => done(i + 2, `new-${i}`));
      for (let i = 0; i < 5; i++) {
        const moved = operations.map((each) => ({
          ...each,
          seq: each.seq + 200 * i,
          contentId: `${String(each['contentId'])}-${i}`,
        }));
        expect(outcomes(await send(ann, moved))).toEqual(Array(200).fill('deferred'));
      }
    });
  });

  describe('an operation from before a restart', () => {
    test('is kept, says so, and completes nothing', async () => {
      const { ann, progress } = await school();
      await send(ann, [done(1), op(2, 'restarted', { epoch: 0 })]);
      const body = await send(ann, [op(1, 'completed', { by: 'button', epoch: 0 })], {
        device: 'telephone',
      });
      expect(outcomes(body)).toEqual(['applied before_restart']);
      expect(recordIn(body, 'bowline')?.status).toBe('not-started');
      expect((await progress.export(ann.id)).operations).toHaveLength(3);
    });

    test('still adds its time', async () => {
      const { ann } = await school();
      await send(ann, [done(1), op(2, 'restarted', { epoch: 0 })]);
      const body = await send(ann, [op(1, 'spent', { ms: 800, epoch: 0 })], {
        device: 'telephone',
      });
      expect(outcomes(body)).toEqual(['applied before_restart']);
      expect(recordIn(body, 'bowline')).toMatchObject({ status: 'not-started', timeSpentMs: 800 });
    });
  });

  describe('two devices', () => {
    test('lose nothing of each other’s: no device saves over what another did', async () => {
      const { ann } = await school();
      const lessons = ['bowline', 'reef', 'rope', 'eye', 'whip', 'melt'];
      await Promise.all(
        lessons.map((id, i) => send(ann, [done(1, id)], { device: `device-${i}` })),
      );
      const { progress } = (await ann.list({ status: 'completed', contentType: 'lesson' })).body;
      expect(progress.map((record) => record.contentId)).toEqual(lessons.toSorted());
    });

    test('reopening cancels what was seen; a completion made elsewhere survives', async () => {
      const { ann } = await school();
      await send(ann, [done(1)]);
      await send(ann, [done(1)], { device: 'telephone' });
      const reopened = op(2, 'reopened', { seen: { 'laptop-one': 1 } });
      expect(recordIn(await send(ann, [reopened]), 'bowline')?.status).toBe('completed');
      const all = op(3, 'reopened', { seen: { 'laptop-one': 1, telephone: 1 } });
      expect(recordIn(await send(ann, [all]), 'bowline')?.status).toBe('in-progress');
    });

    test('can take back what was completed by a plain call of the API', async () => {
      const { ann } = await school();
      await ann.update({ contentId: 'bowline', contentType: 'lesson', status: 'completed' });
      const body = await send(ann, [op(1, 'reopened', { seen: { server: 2 } })]);
      expect(outcomes(body)).toEqual(['applied']);
      expect(recordIn(body, 'bowline')?.status).toBe('in-progress');
    });

    test('may be called as an object’s own properties', async () => {
      const { ann } = await school();
      await send(ann, [done(1)], { device: '__proto__' });
      await send(ann, [done(1)], { device: 'constructor' });
      const seen = JSON.parse('{"__proto__":1,"constructor":1}') as object;
      const body = await send(ann, [op(2, 'reopened', { seen })], { device: 'constructor' });
      expect(recordIn(body, 'bowline')?.status).toBe('in-progress');
    });

    test('learn the record of all ids of an item, though one of its rows changed', async () => {
      const { ann, teach } = await school();
      teach([{ id: 'breeze', type: 'lesson', title: 'Breeze' }]);
      await send(ann, [done(1, 'breeze')]);
      teach(CONTENT);
      const { cursor } = await send(ann, []);
      const body = await send(ann, [op(2, 'opened', { contentId: 'wind' })], { cursor });
      expect(recordIn(body, 'wind')?.status).toBe('completed');
      expect(recordIn(body, 'weather')).toMatchObject({ completed: 1, total: 2 });
    });
  });

  test('days of work on a plane are stamped with when it was done, not with when it arrived', async () => {
    const { ann, clock } = await school();
    clock.now = START + 7 * DAY;
    const body = await send(ann, [done(1)], { now: START + 7 * DAY });
    expect(recordIn(body, 'bowline')?.completedAt).toBe(new Date(START).toISOString());
  });
});
