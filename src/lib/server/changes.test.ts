import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { ContentData } from '../core/index.ts';
import { changesSince, done, op, recordIn, send } from './device.testing.ts';
import { CONTENT, sharing } from './school.testing.ts';

/** A course of many lessons, so that a learner's changes fill pages. */
const long: ContentData = {
  id: 'long',
  type: 'course',
  title: 'Long',
  children: Array.from({ length: 500 }, (_, i) => ({
    id: `lesson-${i}`,
    type: 'lesson',
    title: `Lesson ${i}`,
  })),
};
const doLong = { contentId: 'long', contentType: 'course', status: 'completed' };

withDatabases(({ open }) => {
  const school = sharing(open);

  describe('what changed since a cursor', () => {
    test('is nothing right after it, and then what any device did', async () => {
      const { ann } = await school();
      const first = await send(ann, [done(1)]);
      expect(first.changes).not.toEqual([]);
      const second = await send(ann, [], { cursor: first.cursor });
      expect([second.changes, second.cursor]).toEqual([[], first.cursor]);

      await send(ann, [done(1, 'rope')], { device: 'telephone' });
      const third = await send(ann, [], { cursor: second.cursor });
      expect(third.changes.map(({ record }) => record.contentId)).toEqual(['knots', 'rope', 'sea']);
      await ann.update({ contentId: 'solo', contentType: 'lesson', status: 'completed' });
      const fourth = await send(ann, [], { cursor: third.cursor });
      expect(fourth.changes.map(({ record }) => record.contentId)).toEqual(['solo']);
    });

    test('comes in pages that hold each record once, the oldest change first', async () => {
      const { ann, teach } = await school();
      teach([long]);
      await ann.update(doLong);
      await send(ann, [op(1, 'spent', { contentId: 'lesson-3', ms: 1 })]);
      const { pages, changes } = await changesSince(ann, null);
      expect(pages.map((page) => [page.changes.length, page.more])).toEqual([
        [200, true],
        [200, true],
        [101, false],
      ]);
      expect(new Set(changes.map(({ record }) => record.contentId)).size).toBe(501);
      const revisions = changes.map(({ record }) => record.revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(changes.slice(-2).map(({ record }) => record.contentId)).toEqual(['lesson-3', 'long']);
    });

    test('misses nothing that changes while the pages are read', async () => {
      const { ann, teach } = await school();
      teach([long]);
      await ann.update(doLong);
      const first = await send(ann, []);
      const known = first.changes[0]!.record.contentId;
      await ann.update({ contentId: known, contentType: 'lesson', status: 'not-started' });
      const { changes } = await changesSince(ann, first.cursor);
      const latest = changes.filter(({ record }) => record.contentId === known);
      expect(latest.map(({ record }) => record.status)).toEqual(['not-started']);
      expect(new Set(changes.map(({ record }) => record.contentId)).size).toBe(302);
    });

    test('begins again where the content is other than that of the cursor', async () => {
      const { ann, teach, catalogue } = await school();
      const { cursor, catalogue: version } = await send(ann, [done(1)]);
      teach([...CONTENT, { id: 'extra', type: 'lesson', title: 'Extra' }]);
      const body = await send(ann, [], { cursor, catalogue: version });
      expect(body.catalogue).toBe(catalogue().version);
      expect(body.catalogue).not.toBe(version);
      expect(recordIn(body, 'knots')).toMatchObject({ completed: 1 });
      expect((await send(ann, [], { cursor: body.cursor })).changes).toEqual([]);
    });

    test('counts containers on the content as it is now', async () => {
      const { ann, teach } = await school();
      await send(ann, [done(1), done(2, 'rope')]);
      const [theme] = CONTENT;
      const [knots, weather] = theme!.children!;
      const shorter = { ...knots!, children: knots!.children!.slice(0, 2) };
      teach([{ ...theme!, children: [shorter, weather!] }]);
      const body = await send(ann, []);
      expect(recordIn(body, 'knots')).toMatchObject({ completed: 2, total: 4 });
      expect(recordIn(body, 'sea')).toMatchObject({ completed: 2, total: 6 });
    });

    test('holds nothing of content that is not here, though it is kept', async () => {
      const { ann, teach } = await school();
      await send(ann, [done(1, 'solo'), done(2)]);
      teach(CONTENT.slice(0, 1));
      const gone = await send(ann, []);
      expect(recordIn(gone, 'solo')).toBeUndefined();
      teach(CONTENT);
      expect(recordIn(await send(ann, []), 'solo')).toMatchObject({ status: 'completed' });
    });

    test('goes on from where a page was loaded', async () => {
      const { ann, progress } = await school();
      await send(ann, [done(1)]);
      const loaded = await progress.load(ann.id, 'rope');
      expect(loaded.changes.map(({ record }) => record.contentId)).toEqual([
        'knots',
        'basics',
        'bowline',
      ]);
      expect((await send(ann, [], { cursor: loaded.cursor })).changes).toEqual([]);
      await send(ann, [done(2, 'rope')]);
      const since = await send(ann, [], { cursor: loaded.cursor });
      expect(since.changes.map(({ record }) => record.contentId)).toEqual(['knots', 'rope', 'sea']);
    });
  });
});
