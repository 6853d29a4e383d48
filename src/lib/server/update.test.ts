import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { openSchool, SECOND, sharing, START } from './school.testing.ts';

const at = (seconds: number) => new Date(START + seconds * SECOND).toISOString();

const bowline = { contentId: 'bowline', contentType: 'lesson' };
const tie = { contentId: 'tie', contentType: 'exercise' };
const quiz = { contentId: 'quiz', contentType: 'exercise' };
const basics = { contentId: 'basics', contentType: 'module' };
const knots = { contentId: 'knots', contentType: 'course' };

withDatabases(({ open }) => {
  const school = sharing(open);

  describe('an update of a unit', () => {
    test('in progress opens it, and every container around it', async () => {
      const { ann } = await school();
      const { body } = await ann.update({ ...bowline, status: 'in-progress' });
      expect(body.progress).toEqual({
        id: expect.any(String) as string,
        userId: ann.id,
        ...bowline,
        status: 'in-progress',
        completedAt: null,
        completedBy: null,
        startedAt: at(0),
        lastAccessedAt: at(0),
        progressPercentage: 0,
        score: null,
        data: null,
        timeSpentMs: 0,
        revision: 1,
      });
      expect(
        body.rollUp.map((each) => [each.contentId, each.status, each.completed, each.total]),
      ).toEqual([
        ['basics', 'in-progress', 0, 3],
        ['knots', 'in-progress', 0, 7],
        ['sea', 'in-progress', 0, 9],
      ]);
      expect(body.revision).toBe(1);
    });

    test('completed completes it and raises every sum around it', async () => {
      const { ann } = await school();
      const { body } = await ann.update({ ...bowline, status: 'completed' });
      expect(body.progress).toMatchObject({
        status: 'completed',
        completedAt: at(0),
        completedBy: 'api',
        progressPercentage: 100,
      });
      expect(body.rollUp.map((each) => [each.completed, each.progressPercentage])).toEqual([
        [1, 33],
        [1, 14],
        [1, 11],
      ]);
    });

    test('completed again changes no date: doing it twice is doing it once', async () => {
      const { ann, clock, progress } = await school();
      await ann.update({ ...bowline, status: 'completed' });
      clock.now += SECOND;
      const { body } = await ann.update({ ...bowline, status: 'completed' });
      expect(body.progress).toMatchObject({ completedAt: at(0), lastAccessedAt: at(1) });
      expect((await progress.export(ann.id)).operations).toHaveLength(1);
    });

    test('carries percentage, data and score on, whatever its status', async () => {
      const { ann } = await school();
      const data = { page: 7, draft: ['ß', '😀'], nothing: null };
      const { body } = await ann.update({
        ...tie,
        status: 'in-progress',
        progressPercentage: 40,
        data,
        score: 59,
      });
      expect(body.progress).toMatchObject({
        status: 'in-progress',
        progressPercentage: 40,
        score: 59,
        data,
      });
      expect(body.rollUp.map((each) => each.score)).toEqual([59, 59, 59]);
    });

    test('with a passing score completes the exercise, whatever its status says', async () => {
      const { ann } = await school();
      const { body } = await ann.update({ ...tie, status: 'in-progress', score: 60 });
      expect(body.progress).toMatchObject({ status: 'completed', completedBy: 'exercise' });
    });

    test('completed completes an exercise that was not passed', async () => {
      const { ann } = await school();
      const { body } = await ann.update({ ...tie, status: 'completed', score: 10 });
      expect(body.progress).toMatchObject({ status: 'completed', completedBy: 'api', score: 10 });
    });

    test('in progress never lowers anything: no late zero over a one', async () => {
      const { ann } = await school();
      await ann.update({ ...tie, status: 'completed', progressPercentage: 80, score: 90 });
      const { body } = await ann.update({
        ...tie,
        status: 'in-progress',
        progressPercentage: 0,
        score: 0,
      });
      expect(body.progress).toMatchObject({
        status: 'completed',
        progressPercentage: 100,
        score: 90,
      });
      expect(body.rollUp[0]).toMatchObject({ completed: 1 });
    });

    test('with all of the text read is not thereby completed', async () => {
      const { ann } = await school();
      const { body } = await ann.update({
        ...bowline,
        status: 'in-progress',
        progressPercentage: 100,
      });
      expect(body.progress).toMatchObject({ status: 'in-progress', progressPercentage: 99 });
    });

    test('not started takes everything back but time and last visit', async () => {
      const { ann, clock } = await school();
      await ann.update({ ...tie, status: 'completed', score: 90, data: { page: 2 } });
      clock.now += SECOND;
      const { body } = await ann.update({ ...tie, status: 'not-started' });
      expect(body.progress).toMatchObject({
        status: 'not-started',
        completedAt: null,
        startedAt: null,
        lastAccessedAt: at(0),
        progressPercentage: 0,
        score: null,
        data: null,
      });
      expect(body.rollUp.map((each) => each.completed)).toEqual([0, 0, 0]);
    });

    test('not started of what nobody touched changes nothing', async () => {
      const { ann, progress } = await school();
      const { body } = await ann.update({ ...bowline, status: 'not-started' });
      expect(body).toMatchObject({ progress: { id: null, status: 'not-started' }, revision: 0 });
      expect((await progress.export(ann.id)).progress).toEqual([]);
    });

    test('by an old id counts for the item as it is called today', async () => {
      const { ann } = await school();
      const { body } = await ann.update({
        contentId: 'breeze',
        contentType: 'lesson',
        status: 'completed',
      });
      expect(body.progress).toMatchObject({ contentId: 'wind', status: 'completed' });
      expect(body.rollUp[0]).toMatchObject({ contentId: 'weather', completed: 1 });
    });

    test('that lies in no container has an empty roll-up', async () => {
      const { ann } = await school();
      const solo = { contentId: 'solo', contentType: 'lesson', status: 'completed' };
      expect((await ann.update(solo)).body.rollUp).toEqual([]);
    });
  });

  describe('an update of a container', () => {
    test('completed completes its required units, not the optional ones', async () => {
      const { ann } = await school();
      const { body } = await ann.update({ ...basics, status: 'completed' });
      expect(body.progress).toMatchObject({ status: 'completed', completed: 3, total: 3 });
      expect(body.progress).toMatchObject({ completedAt: at(0), progressPercentage: 100 });
      expect((await ann.content({ contentId: 'lore' })).body.status).toBe('not-started');
      const { progress } = (await ann.list({ status: 'completed' })).body;
      expect(progress.map((record) => record.contentId)).toEqual([
        'basics',
        'bowline',
        'reef',
        'tie',
      ]);
    });

    test('completed leaves exercises open that the server grades, and says which', async () => {
      const { ann } = await school();
      const { body } = await ann.update({ ...knots, status: 'completed' });
      expect(body.open).toEqual(['quiz']);
      expect(body.progress).toMatchObject({ status: 'in-progress', completed: 6, total: 7 });
    });

    test('not started restarts every unit that was touched', async () => {
      const { ann, progress } = await school();
      await ann.update({ ...basics, status: 'completed' });
      const { body } = await ann.update({ ...knots, status: 'not-started' });
      expect(body.progress).toMatchObject({ status: 'not-started', completed: 0 });
      const { operations } = await progress.export(ann.id);
      expect(operations.filter(({ kind }) => kind === 'restarted')).toHaveLength(3);
    });

    test('in progress changes nothing', async () => {
      const { ann, dump } = await school();
      await ann.update({ ...bowline, status: 'in-progress' });
      const before = await dump();
      const { body } = await ann.update({ ...basics, status: 'in-progress' });
      expect(body).toMatchObject({ progress: { status: 'in-progress' }, revision: 1 });
      expect(await dump()).toBe(before);
    });

    test('that is empty completes nothing: it is 0 of 0, never 100 percent', async () => {
      const { ann } = await school();
      const empty = { contentId: 'empty', contentType: 'module', status: 'completed' };
      expect((await ann.update(empty)).body.progress).toMatchObject({
        status: 'not-started',
        progressPercentage: 0,
        completed: 0,
        total: 0,
      });
    });
  });

  describe('an exercise that the server grades', () => {
    test('is completed by answers that pass', async () => {
      const { ann } = await school();
      const data = { answers: [85, 'a bight'] };
      const { body } = await ann.update({ ...quiz, status: 'in-progress', data });
      expect(body.progress).toMatchObject({
        status: 'completed',
        completedBy: 'exercise',
        score: 85,
        data,
      });
    });

    test('is not completed by answers that fail, even where completed is asked for', async () => {
      const { ann } = await school();
      const body = { ...quiz, status: 'completed', data: { answers: [69] } };
      expect((await ann.update(body)).body.progress).toMatchObject({
        status: 'in-progress',
        score: 69,
      });
    });

    test('keeps a draft without answers, and is restarted as any other', async () => {
      const { ann } = await school();
      await ann.update({ ...quiz, status: 'in-progress', data: { answers: [90] } });
      await ann.update({ ...quiz, status: 'not-started' });
      const draft = { ...quiz, status: 'in-progress', data: { draft: 1 } };
      const { body } = await ann.update(draft);
      expect(body.progress).toMatchObject({ status: 'in-progress', score: null });
    });

    test.each([
      ['a score', { status: 'in-progress', score: 100 }, 'score'],
      ['completed without answers', { status: 'completed' }, 'status'],
      [
        'a score beside answers',
        { status: 'completed', score: 1, data: { answers: [1] } },
        'score',
      ],
    ])('refuses %s', async (_, change, path) => {
      const { ann, dump } = await school();
      const before = await dump();
      const { status, problem } = await ann.update({ ...quiz, ...change });
      expect([status, problem.code]).toEqual([422, 'graded_by_server']);
      expect(problem.errors).toMatchObject([{ path }]);
      expect(await dump()).toBe(before);
    });

    test('refuses answers where the site has no grading', async () => {
      const ungraded = await openSchool(await open(), { grade: undefined });
      await ungraded.enrol('ann');
      const ann = ungraded.as('ann');
      const body = { ...quiz, status: 'in-progress', data: { answers: [1] } };
      expect((await ann.update(body)).problem).toMatchObject({
        code: 'graded_by_server',
        errors: [{ path: 'data.answers' }],
      });
    });
  });

  describe('an update is refused, and changes nothing,', () => {
    const refused: [string, object, string][] = [
      ['of a type that is not the item’s', { contentType: 'exercise' }, 'contentType'],
      ['of a type that does not exist', { contentType: 'chapter' }, 'contentType'],
      ['of a status that does not exist', { status: 'done' }, 'status'],
      ['without a status', { status: undefined }, 'status'],
      ['with a key that it does not know', { colour: 'red' }, 'colour'],
      ['that names its user', { userId: 'ann-1' }, 'userId'],
      ['with a score for a lesson', { score: 70 }, 'score'],
      ['with a score for a course', { ...knots, score: 70 }, 'score'],
      ['with data for a module', { ...basics, data: {} }, 'data'],
      [
        'with a percentage for a module',
        { ...basics, progressPercentage: 5 },
        'progressPercentage',
      ],
      ['not started with data', { status: 'not-started', data: 1 }, 'data'],
      ['not started with a score', { ...tie, status: 'not-started', score: 1 }, 'score'],
      [
        'not started with a percentage',
        { status: 'not-started', progressPercentage: 0 },
        'progressPercentage',
      ],
      ...[-1, 101, 50.5, '50', null, true, 2 ** 53].map((value): [string, object, string] => [
        `with a percentage of ${JSON.stringify(value)}`,
        { progressPercentage: value },
        'progressPercentage',
      ]),
      ...[-1, 101, 0.5, '70', []].map((value): [string, object, string] => [
        `with a score of ${JSON.stringify(value)}`,
        { ...tie, score: value },
        'score',
      ]),
    ];

    test.each(refused)('%s', async (_, change, path) => {
      const { ann, dump } = await school();
      const before = await dump();
      const body = { ...bowline, status: 'completed', ...change };
      const { status, problem } = await ann.update(body);
      expect([status, problem.code]).toEqual([422, 'invalid']);
      expect(problem.errors!.map((error) => error.path)).toContain(path);
      expect(await dump()).toBe(before);
    });

    test('of content that is nowhere', async () => {
      const { ann, dump } = await school();
      const before = await dump();
      const { status, problem } = await ann.update({
        contentId: 'astronomy',
        contentType: 'lesson',
        status: 'completed',
      });
      expect([status, problem.code]).toEqual([404, 'unknown_content']);
      expect(await dump()).toBe(before);
    });
  });

  test('many first updates of one unit at once make one row: no read and then insert', async () => {
    const { ann, progress } = await school();
    const update = () => ann.update({ ...bowline, status: 'completed' });
    const answers = await Promise.all(Array.from({ length: 40 }, update));
    expect(new Set(answers.map(({ body }) => body.progress.id)).size).toBe(1);
    expect(answers.map(({ body }) => body.rollUp[0]!.completed)).toEqual(Array(40).fill(1));
    expect((await progress.export(ann.id)).progress.map((row) => row.contentId)).toEqual([
      'basics',
      'bowline',
      'knots',
      'sea',
    ]);
  });
});
