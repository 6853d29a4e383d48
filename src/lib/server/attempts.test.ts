import { describe, expect, test } from 'vitest';
import { withDatabases, withSharedDatabases } from '../../../tests/support/databases.ts';
import type { ContentData } from '../core/index.ts';
import { createCatalogue } from '../core/index.ts';
import { op, outcomes, recordIn, send } from './device.testing.ts';
import { createProgressServer } from './progress.ts';
import { openSchool, post, SECOND, sharing, START } from './school.testing.ts';
import type { ProgressServer } from './progress.ts';

const EXAM: ContentData = {
  id: 'exam',
  type: 'exercise',
  title: 'Exam',
  graded: true,
  attempts: 2,
  aliases: ['test'],
};

const attempt = (seq: number, score: number, change: object = {}) =>
  op(seq, 'attempted', { contentId: 'exam', attempt: `a${seq}`, answers: [score], ...change });

const handIn = (score: number) => ({
  contentId: 'exam',
  contentType: 'exercise',
  status: 'in-progress',
  data: { answers: [score] },
});

withDatabases(({ open }) => {
  const school = sharing(open);
  const examined = async () => {
    const opened = await school();
    opened.teach([EXAM]);
    return opened;
  };

  describe('an exercise without a limit', () => {
    test('judges an attempt once: what is answered anew under its name changes nothing', async () => {
      const { ann, progress, teach } = await examined();
      teach([{ ...EXAM, attempts: undefined }]);
      await send(ann, [attempt(1, 10)]);
      for (const contentId of ['exam', 'test']) {
        const change = { attempt: 'a1', contentId };
        const again = await send(ann, [attempt(2, 100, change)], { device: 'laptop-two' });
        expect(outcomes(again)).toEqual(['duplicate']);
        expect(recordIn(await send(ann, []), 'exam')).toMatchObject({
          status: 'in-progress',
          score: 10,
        });
      }
      expect(await progress.attempts(ann.id, 'exam')).toMatchObject([{ id: 'a1', score: 10 }]);
    });
  });

  describe('an exercise with a limit', () => {
    test('takes as many attempts as it allows, and refuses the next for good', async () => {
      const { ann, bob } = await examined();
      const body = await send(ann, [attempt(1, 10), attempt(2, 20), attempt(3, 100)]);
      expect(outcomes(body)).toEqual(['applied', 'applied', 'rejected no_attempts_left']);
      expect(recordIn(body, 'exam')).toMatchObject({ status: 'in-progress', score: 20 });
      // What was refused is not in the way of what comes after, nor of anybody else.
      expect(outcomes(await send(ann, [op(4, 'opened', { contentId: 'exam' })]))).toEqual([
        'applied',
      ]);
      expect(outcomes(await send(bob, [attempt(1, 90)]))).toEqual(['applied']);
    });

    test('is no exercise with new attempts when it is started again, or known by an older id', async () => {
      const { ann } = await examined();
      await send(ann, [attempt(1, 10), op(2, 'restarted', { contentId: 'exam' })]);
      await send(ann, [attempt(3, 20, { contentId: 'test' })]);
      for (const contentId of ['exam', 'test']) {
        const body = await send(ann, [attempt(5, 100, { contentId })]);
        expect(outcomes(body)).toEqual(['rejected no_attempts_left']);
      }
    });

    test('counts an attempt once, under whatever number a device sends it again', async () => {
      const { ann } = await examined();
      await send(ann, [attempt(1, 10)]);
      expect(outcomes(await send(ann, [attempt(1, 10)]))).toEqual(['duplicate']);
      // Other answers under the name of an old attempt are no new one either.
      const again = await send(ann, [attempt(7, 100, { attempt: 'a1' })], { device: 'laptop-two' });
      expect(outcomes(again)).toEqual(['duplicate']);
      expect(recordIn(again, 'exam')).toMatchObject({ status: 'in-progress', score: 10 });
      expect(outcomes(await send(ann, [attempt(8, 20)]))).toEqual(['applied']);
    });

    test('refuses an update that is one too many, and nothing of it happens', async () => {
      const { ann, dump } = await examined();
      await ann.update(handIn(10));
      await ann.update(handIn(20));
      const before = await dump();
      const { status, problem } = await ann.update(handIn(100));
      expect([status, problem.code]).toEqual([422, 'no_attempts_left']);
      expect(await dump()).toBe(before);
    });

    test('refuses one too many of a form action, and says so', async () => {
      const { ann, progress } = await examined();
      const submit = (name: string) =>
        progress.record(ann.id, [
          { contentId: 'exam', kind: 'attempted', attempt: name, answers: [50] },
        ]);
      expect(await submit('one')).toMatchObject([{ status: 'applied' }]);
      expect(await submit('one')).toMatchObject([{ status: 'duplicate' }]);
      expect(await submit('two')).toMatchObject([{ status: 'applied' }]);
      expect(await submit('three')).toMatchObject([
        { status: 'rejected', code: 'no_attempts_left' },
      ]);
    });

    test('takes no more of many that are made at once', async () => {
      const { ann, progress } = await examined();
      const updates = Array.from({ length: 10 }, (_, n) => ann.update(handIn(n)));
      const syncs = Array.from({ length: 10 }, (_, n) =>
        send(ann, [attempt(1, n, { attempt: `s${n}` })], { device: `laptop-${n}-of-ten` }),
      );
      const statuses = (await Promise.all(updates)).map(({ status }) => status);
      const synced = (await Promise.all(syncs)).flatMap(outcomes);
      const taken = [
        ...statuses.filter((s) => s === 200),
        ...synced.filter((o) => o === 'applied'),
      ];
      expect(taken).toHaveLength(2);
      expect(await progress.attempts(ann.id, 'exam')).toHaveLength(2);
    });
  });

  describe('the history of attempts', () => {
    test('lists them with answers and judgement, the latest first, of this learner alone', async () => {
      const { ann, bob, clock, progress, teach } = await examined();
      teach([{ ...EXAM, attempts: 5, version: 3 }]);
      await send(ann, [attempt(1, 40)]);
      await send(ann, [op(2, 'restarted', { contentId: 'exam' })]);
      clock.now += SECOND;
      await ann.update(handIn(70));
      await send(bob, [attempt(1, 99)]);
      expect(await progress.attempts(ann.id, 'exam')).toEqual([
        {
          id: expect.any(String) as string,
          answers: [70],
          score: 70,
          passed: true,
          version: 3,
          at: new Date(START + SECOND).toISOString(),
        },
        {
          id: 'a1',
          answers: [40],
          score: 40,
          passed: false,
          version: 3,
          at: new Date(START).toISOString(),
        },
      ]);
      expect(await progress.attempts('nobody', 'exam')).toEqual([]);
      await expect(progress.attempts(ann.id, 'no such')).rejects.toThrow('holds no item "no such"');
    });

    test('has an attempt that came with its score, without answers', async () => {
      const { ann, progress } = await school();
      await send(ann, [op(1, 'attempted', { contentId: 'tie', attempt: 'a', score: 65 })]);
      expect(await progress.attempts(ann.id, 'tie')).toMatchObject([{ answers: null, score: 65 }]);
    });
  });

  describe('a lesson that its exercises complete', () => {
    const lesson: ContentData = {
      id: 'read',
      type: 'lesson',
      title: 'Read',
      completion: ['exercise'],
    };
    const quiz: ContentData = { ...EXAM, attempts: 9 };
    const module = (id: string, children: ContentData[]): ContentData => ({
      id,
      type: 'module',
      title: id,
      children,
    });
    const learning = async () => {
      const opened = await school();
      opened.teach([
        module('m', [lesson, { ...lesson, id: 'other', completion: ['scroll'] }, quiz]),
        module('n', [{ ...lesson, id: 'elsewhere' }]),
      ]);
      return opened;
    };

    test('is completed with the attempt that passes, in the same moment and by the same answer', async () => {
      const { ann } = await learning();
      const failed = await send(ann, [attempt(1, 60)]);
      expect(recordIn(failed, 'read')).toBeUndefined();
      const passed = await send(ann, [attempt(2, 80)]);
      expect(recordIn(passed, 'read')).toMatchObject({
        status: 'completed',
        completedBy: 'exercise',
        completedAt: new Date(START).toISOString(),
      });
      expect(recordIn(passed, 'm')).toMatchObject({ completed: 2, total: 3 });
      for (const id of ['other', 'elsewhere']) expect(recordIn(passed, id)).toBeUndefined();
      // The device's own numbers are its own.
      expect(passed.lastSeq).toBe(2);
    });

    test('stays what it is when the exercise is passed again, and comes back after a reopening', async () => {
      const { ann, progress } = await learning();
      await ann.update(handIn(80));
      await ann.update(handIn(90));
      const completions = async () =>
        (await progress.export(ann.id)).operations.filter(({ kind }) => kind === 'completed');
      expect(await completions()).toHaveLength(1);
      await progress.record(ann.id, [{ contentId: 'read', kind: 'reopened' }]);
      await send(ann, [attempt(1, 100)]);
      expect(await completions()).toHaveLength(2);
      expect((await ann.content({ contentId: 'read' })).body.status).toBe('completed');
    });

    test('keeps what was done on it before', async () => {
      const { ann } = await learning();
      const data = { heading: 'three' };
      await send(ann, [op(1, 'saved', { contentId: 'read', data })]);
      const { body } = await ann.update(handIn(80));
      expect(body.rollUp).toMatchObject([{ contentId: 'm', completed: 2 }]);
      const { body: read } = await ann.content({ contentId: 'read' });
      expect(read).toMatchObject({ status: 'completed', data });
    });
  });
});

withSharedDatabases(({ create }) => {
  test('two programs on one database take no more attempts than there are', async () => {
    const { connect } = await create();
    const first = await openSchool(connect());
    await first.enrol('ann');
    first.teach([EXAM]);
    const second = createProgressServer({
      catalogue: createCatalogue([EXAM]),
      database: connect(),
      identify: () => null,
      grade: () => 10,
    });
    const submit = async (server: ProgressServer) =>
      (await server.endpoints.update(post('update', handIn(10)), 'ann')).status;
    const servers = Array.from({ length: 12 }, (_, n) => (n % 2 ? first.progress : second));
    const statuses = await Promise.all(servers.map(submit));
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
    expect(statuses.filter((status) => status === 422)).toHaveLength(10);
  });
});
