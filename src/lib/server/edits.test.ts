import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { ContentData } from '../core/index.ts';
import { createCatalogue } from '../core/index.ts';
import { done, op, outcomes, recordIn, send } from './device.testing.ts';
import { openSchool, SECOND, sharing, START } from './school.testing.ts';

const lesson = (id: string, more: object = {}): ContentData => ({
  id,
  type: 'lesson',
  title: id,
  ...more,
});
const course = (...children: ContentData[]): ContentData => ({
  id: 'course',
  type: 'course',
  title: 'Course',
  children,
});
const module = (id: string, ...children: ContentData[]): ContentData => ({
  id,
  type: 'module',
  title: id,
  children,
});
const iso = (time: number) => new Date(time).toISOString();

withDatabases(({ open }) => {
  const school = sharing(open);

  /** A learner who has done lessons a and b of a course of three. */
  async function begun() {
    const found = await school();
    found.teach([course(lesson('a'), lesson('b'), lesson('c'))]);
    await send(found.ann, [done(1, 'a'), done(2, 'b')]);
    const sums = async (contentId: string) => {
      const { status, completed, total } = (await found.ann.content({ contentId })).body;
      return [status, completed, total];
    };
    return { ...found, sums };
  }

  describe('progress survives that', () => {
    test('an item is moved, renamed and put elsewhere in the order', async () => {
      const { ann, teach, sums } = await begun();
      const before = (await ann.content({ contentId: 'a' })).body;
      teach([
        course(lesson('c'), module('m', lesson('a', { title: 'New', path: 'new' })), lesson('b')),
      ]);
      expect((await ann.content({ contentId: 'a' })).body).toEqual(before);
      expect(await sums('course')).toEqual(['in-progress', 2, 3]);
      expect(await sums('m')).toEqual(['completed', 1, 1]);
    });

    test('an id is changed, or two items become one', async () => {
      const { ann, teach, sums } = await begun();
      teach([course(lesson('ab', { aliases: ['a', 'b'] }), lesson('c'))]);
      const { body } = await ann.content({ contentId: 'ab' });
      expect(body).toMatchObject({ contentId: 'ab', status: 'completed', completedAt: iso(START) });
      expect(await sums('course')).toEqual(['in-progress', 1, 2]);
      // Reopening applies to every id of the group.
      await ann.update({ contentId: 'ab', contentType: 'lesson', status: 'not-started' });
      expect(await sums('course')).toEqual(['not-started', 0, 2]);
    });

    test('work goes on under an old id: the item’s own row tells of it', async () => {
      const { ann, teach, progress } = await begun();
      teach([course(lesson('c', { aliases: ['old'] }))]);
      await send(ann, [op(3, 'opened', { contentId: 'c' })]);
      await send(ann, [done(4, 'old')]);
      const row = (await progress.export(ann.id)).progress.find((each) => each.contentId === 'c');
      expect(row).toMatchObject({ status: 'completed', revision: 3 });
    });

    test('a lesson becomes a module: its completion stays as the mark', async () => {
      const { teach, sums, ann } = await begun();
      teach([course(module('a', lesson('a1'), lesson('a2')), lesson('b'), lesson('c'))]);
      expect(await sums('a')).toEqual(['completed', 0, 2]);
      const { body } = await ann.content({ contentId: 'a' });
      expect(body).toMatchObject({ completedAt: iso(START), newSinceCompletion: 2 });
      expect(await sums('course')).toEqual(['in-progress', 1, 4]);
    });

    test('a lesson becomes a module: a page of before goes on from what it knows of it', async () => {
      const { teach, ann } = await begun();
      await send(ann, [op(3, 'spent', { contentId: 'a', ms: 1_000 })]);
      teach([course(module('a', lesson('a1')), lesson('b'))]);
      const { changes } = await send(ann, []);
      const { state } = changes.find(({ record }) => record.contentId === 'a')!;
      expect(Object.values(state!.spent)).toEqual([1_000]);
    });

    test('a lesson is removed, and comes back', async () => {
      const { teach, sums } = await begun();
      teach([course(lesson('b'), lesson('c'))]);
      expect(await sums('course')).toEqual(['in-progress', 1, 2]);
      teach([course(lesson('a'), lesson('b'), lesson('c'))]);
      expect(await sums('course')).toEqual(['in-progress', 2, 3]);
    });

    test('a lesson is made optional, required, or rewritten', async () => {
      const { ann, teach, sums } = await begun();
      teach([course(lesson('a', { optional: true }), lesson('b'), lesson('c'))]);
      expect(await sums('course')).toEqual(['in-progress', 1, 2]);
      teach([course(lesson('a', { version: 9 }), lesson('b'), lesson('c', { optional: true }))]);
      expect(await sums('course')).toEqual(['completed', 2, 2]);
      expect((await ann.content({ contentId: 'a' })).body.status).toBe('completed');
    });

    test('a finished course grows: an edit takes no completion back', async () => {
      const { ann, clock, teach, sums } = await begun();
      clock.now += SECOND;
      await send(ann, [op(3, 'completed', { contentId: 'c', by: 'button', at: clock.now })], {
        now: clock.now,
      });
      teach([course(lesson('a'), lesson('b'), lesson('c'), lesson('d'))]);
      expect(await sums('course')).toEqual(['completed', 3, 4]);
      const { body } = await ann.content({ contentId: 'course' });
      expect(body).toMatchObject({
        completedAt: iso(START + SECOND),
        progressPercentage: 75,
        newSinceCompletion: 1,
      });
      // The learner's own reopening does.
      await send(ann, [op(4, 'reopened', { contentId: 'a' })]);
      expect(await sums('course')).toEqual(['in-progress', 2, 4]);
    });
  });

  test('sums are right in a container that came around lessons already done', async () => {
    const { ann, teach, sums } = await begun();
    const inner = module('inner', lesson('a'), lesson('b'), lesson('c'));
    teach([course(module('outer', inner)), lesson('other')]);
    await send(ann, [done(3, 'other')]);
    await send(ann, [done(4, 'c')]);
    for (const id of ['inner', 'outer', 'course']) {
      expect(await sums(id)).toEqual(['completed', 3, 3]);
    }
  });

  test('sums are right in a container that a lesson left, was done elsewhere, and came back to', async () => {
    const { ann, teach, sums } = await begun();
    const whole = [course(module('m', lesson('a'), lesson('c')), module('n', lesson('b')))];
    teach(whole);
    await send(ann, [op(3, 'opened', { contentId: 'b' })]);
    teach([course(module('m', lesson('a')), module('n', lesson('b'), lesson('c')))]);
    await send(ann, [done(4, 'c')]);
    teach(whole);
    expect(await sums('m')).toEqual(['completed', 2, 2]);
    expect(await sums('n')).toEqual(['completed', 1, 1]);
  });

  describe('content that is edited while a request waits', () => {
    test('is completed as it is by then, not by its place in the old order', async () => {
      const before = createCatalogue([course(module('m', lesson('a')), module('n', lesson('b')))]);
      const after = createCatalogue([course(module('n', lesson('b')), module('m', lesson('a')))]);
      const turns = [before, after];
      const edited = await openSchool(await open(), {
        catalogue: () => (turns.length > 1 ? turns.shift()! : turns[0]!),
      });
      await edited.enrol('ann');
      const body = { contentId: 'm', contentType: 'module', status: 'completed' };
      const answer = await edited.as('ann').update(body);
      expect(answer.body.progress).toMatchObject({ contentId: 'm', status: 'completed' });
      expect((await edited.as('ann').content({ contentId: 'b' })).body.status).toBe('not-started');
    });

    test('is unknown where it is gone by then, and nothing is kept', async () => {
      const turns = [createCatalogue([lesson('a')]), createCatalogue([lesson('b')])];
      const edited = await openSchool(await open(), {
        catalogue: () => (turns.length > 1 ? turns.shift()! : turns[0]!),
      });
      await edited.enrol('ann');
      const body = { contentId: 'a', contentType: 'lesson', status: 'completed' };
      expect((await edited.as('ann').update(body)).problem.code).toBe('unknown_content');
      expect((await edited.progress.export('ann')).operations).toEqual([]);
    });
  });

  describe('what was done offline to a lesson that is a container by now', () => {
    const grown = (more: object = {}) =>
      course({ ...module('a', lesson('a1'), lesson('a2')), ...more }, lesson('b'));
    const marked = { contentId: 'a', status: 'completed', completedAt: iso(START) };

    test('is the container’s mark when it was completed, and raises no sum', async () => {
      const { ann, teach } = await school();
      teach([grown()]);
      const answer = await send(ann, [op(1, 'opened', { contentId: 'a' }), done(2, 'a')]);
      expect(outcomes(answer)).toEqual(['applied', 'applied']);
      const found = { ...marked, completed: 0, total: 2, newSinceCompletion: 2 };
      expect(recordIn(answer, 'a')).toMatchObject(found);
      expect((await ann.content({ contentId: 'a' })).body).toMatchObject(found);
      const { body } = await ann.content({ contentId: 'course' });
      expect(body).toMatchObject({ status: 'not-started', completed: 0, total: 3 });
    });

    test('counts under an id that the container had before', async () => {
      const { ann, teach } = await school();
      teach([grown({ id: 'renamed', aliases: ['a'] })]);
      expect(outcomes(await send(ann, [done(1, 'a')]))).toEqual(['applied']);
      const { body } = await ann.content({ contentId: 'renamed' });
      expect(body).toMatchObject({ ...marked, contentId: 'renamed' });
      await send(ann, [done(2, 'a1')]);
      expect((await ann.content({ contentId: 'renamed' })).body).toMatchObject({ completed: 1 });
    });

    test('is kept where it completes nothing, and comes back with the lesson', async () => {
      const { ann, teach } = await school();
      teach([grown()]);
      const answer = await send(ann, [
        op(1, 'restarted', { contentId: 'a' }),
        op(2, 'saved', { contentId: 'a', data: 'page 7' }),
        op(3, 'reopened', { contentId: 'a', seen: {} }),
      ]);
      expect(outcomes(answer)).toEqual(['applied', 'applied', 'applied']);
      expect(recordIn(answer, 'a')).toMatchObject({ status: 'not-started', completedAt: null });
      teach([course(lesson('a'), lesson('b'))]);
      const { body } = await ann.content({ contentId: 'a' });
      expect(body).toMatchObject({ status: 'in-progress', data: 'page 7' });
    });

    test('marks no course or theme in which the server grades', async () => {
      const quiz = { id: 'q', type: 'exercise', title: 'Quiz', graded: true } as const;
      const { ann, teach } = await school();
      teach([course(module('a', quiz), lesson('b'))]);
      const finishing = [
        done(1, 'course'),
        op(2, 'attempted', { contentId: 'course', attempt: 'one', score: 100 }),
      ];
      expect(outcomes(await send(ann, finishing))).toEqual(
        finishing.map(() => 'rejected graded_by_server'),
      );
      expect((await ann.list()).body).toMatchObject({ progress: [], revision: 0 });
      // A module proves nothing: the course counts its exercise, not its mark.
      expect(outcomes(await send(ann, [done(3, 'a')]))).toEqual(['applied']);
      const summary = (await ann.summary({ courseId: 'course' })).body;
      expect(summary).toMatchObject({ status: 'not-started', completed: 0, total: 2 });
      expect(summary.next?.contentId).toBe('q');
    });
  });
});
