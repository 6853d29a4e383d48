import { beforeAll, describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Database } from './database.ts';
import { isMissingUser } from './database.ts';
import type { Queries } from './queries.ts';
import { ACCESSES, certificate, device, openStore, operation, row } from './queries.testing.ts';
import type { Store } from './queries.testing.ts';
import type { ProgressRow } from './schema.ts';

/** In UTF-16 the emoji comes before the high BMP character, byte by byte after it. */
const HIGH = '\uffee';
const EMOJI = '😀';

withDatabases((kind) => {
  describe.each(ACCESSES)('through %s', (access) => {
    let database: Database;
    let queries: Queries;
    let read: Store['read'];
    let write: Store['write'];

    const open = async (...keys: string[]) => {
      ({ database, queries, read, write } = await openStore(kind, access, { keys }));
    };

    describe('learners', () => {
      beforeAll(() => open('ann', 'bob', HIGH, EMOJI));

      test('are made once and locked in byte order, whatever order they are asked for in', async () => {
        const locked = await write(queries.lockLearners([EMOJI, 'bob', HIGH, 'ann', 'bob']));
        expect(locked.map((each) => each.userId)).toEqual(['ann', 'bob', HIGH, EMOJI]);
        expect(locked[0]).toEqual({ userId: 'ann', revision: 0, timeZone: null, countedAs: null });
        expect(await write(queries.lockLearners([HIGH, 'ann']))).toEqual([locked[0], locked[2]]);
        expect(await write(queries.lockLearners([]))).toEqual([]);
      });

      test('keep what is absent when only the revision is written', async () => {
        const first = { userId: 'bob', revision: 4, timeZone: 'Asia/Tokyo', countedAs: 'a1' };
        await write(queries.saveLearners([first]));
        await write(queries.saveLearners([{ userId: 'bob', revision: 5 }]));
        const bob = { ...first, revision: 5 };
        expect(await read(queries.learner('bob'))).toEqual(bob);
        expect(await write(queries.lockLearners(['bob']))).toEqual([bob]);
        expect(await read(queries.learner('nobody'))).toBeUndefined();
      });

      test('are not made for a user who does not exist, nor is anybody else then', async () => {
        await open('ann');
        const failed = await write(queries.lockLearners(['ann', 'ghost'])).catch(
          (error: unknown) => error,
        );
        expect(isMissingUser(failed)).toBe(true);
        expect(await read(queries.learner('ann'))).toBeUndefined();
        expect(isMissingUser(new Error('other'))).toBe(false);
      });
    });

    describe('rows of user_progress', () => {
      const ids = ['B', 'a', 'b', 'é', HIGH, EMOJI];
      beforeAll(async () => {
        await open('ann', 'bob', 'cay');
        await write(queries.lockLearners(['ann', 'bob']));
      });

      test('come back as they were saved, in the order of the keys, unknown ones left out', async () => {
        const bare: ProgressRow = {
          ...row,
          id: 'row-2',
          contentId: 'never',
          contentType: null,
          status: 'not-started',
          completedAt: null,
          startedAt: null,
          lastAccessedAt: null,
          completedBy: null,
          progressPercentage: 0,
          score: null,
          data: null,
          timeSpentMs: 0,
          state: null,
          rollUp: { total: 3 },
        };
        await write(queries.saveRows([row, bare]));
        const keys = [bare, { userId: 'ann', contentId: 'none' }, row];
        expect(await read(queries.rows(keys))).toEqual([bare, row]);
        expect(await read(queries.rows([]))).toEqual([]);
      });

      test('are replaced when they exist, but keep their first id', async () => {
        const other: ProgressRow = {
          ...row,
          id: 'row-9',
          contentType: 'exercise',
          status: 'in-progress',
          completedAt: null,
          progressPercentage: 99,
          score: 0,
          data: ['draft'],
          revision: 2,
          state: null,
          updatedAt: '2026-04-01T00:00:00.000Z',
        };
        await write(queries.saveRows([other]));
        expect(await read(queries.rows([row]))).toEqual([{ ...other, id: 'row-1' }]);
      });

      test('of a whole learner come by content id, byte by byte, with the revision', async () => {
        await write(queries.erase('bob'));
        await write(queries.lockLearners(['bob']));
        expect(await read(queries.learnerRows('bob'))).toEqual({ revision: 0, rows: [] });
        const rows = ids.map((contentId, index) => ({
          ...row,
          id: `bob-${index}`,
          userId: 'bob',
          contentId,
        }));
        await write(
          (function* () {
            yield* queries.saveRows(rows.toReversed());
            yield* queries.saveLearners([{ userId: 'bob', revision: 1 }]);
          })(),
        );
        expect(await read(queries.learnerRows('bob'))).toEqual({ revision: 1, rows });
        expect(await read(queries.learnerRows('cay'))).toEqual({ revision: 0, rows: [] });
      });

      test('give their states and roll-ups by content id', async () => {
        await write(queries.erase('bob'));
        await write(queries.lockLearners(['bob']));
        expect(await read(queries.learnerStates('bob'))).toEqual([]);
        const data = { epoch: 1, saved: { data: `"'\\ ${EMOJI} \n` }, __proto: [] };
        const rows = [...ids, '"', "'", '\\', '],[', 'line\nbreak'].map((contentId, index) => ({
          ...row,
          id: `bob-${index}`,
          userId: 'bob',
          contentId,
          state: index % 2 === 0 ? data : null,
          rollUp: index % 3 === 0 ? { completed: index, mark: null } : null,
        }));
        await write(queries.saveRows(rows));
        const states = await read(queries.learnerStates('bob'));
        const { rows: whole } = await read(queries.learnerRows('bob'));
        expect(states).toEqual(
          whole.map(({ contentId, state, rollUp }) => [contentId, state, rollUp]),
        );
        expect(whole).toHaveLength(rows.length);
        expect(await read(queries.learnerStates('cay'))).toEqual([]);
      });

      test('have a version that never comes again, not even with its revision', async () => {
        const save = (id: string, revision: number, contentId = 'intro') =>
          write(
            (function* () {
              yield* queries.lockLearners(['bob']);
              yield* queries.saveRows([{ ...row, id, userId: 'bob', revision, contentId }]);
              yield* queries.saveLearners([{ userId: 'bob', revision }]);
            })(),
          );
        const version = () => read(queries.learnerVersion('bob'));
        await write(queries.erase('bob'));
        expect(await version()).toEqual({ revision: 0, rowId: null });
        await save('first', 1);
        expect(await version()).toEqual({ revision: 1, rowId: 'first' });
        await save('second', 2, 'other');
        expect(await version()).toEqual({ revision: 2, rowId: 'second' });
        await write(queries.erase('bob'));
        await save('third', 1);
        expect(await version()).toEqual({ revision: 1, rowId: 'third' });
        expect(await read(queries.learnerVersion('cay'))).toEqual({ revision: 0, rowId: null });
      });

      test('that changed come by revision and content id, page by page', async () => {
        const revisions = [3, 2, 10, 2, 3, 2];
        const rows = ids.map((contentId, index) => ({
          ...row,
          id: `bob-${index}`,
          userId: 'bob',
          contentId,
          revision: revisions[index]!,
        }));
        await write(queries.saveRows(rows));
        const seen: string[] = [];
        let after = { revision: 1, contentId: EMOJI };
        for (;;) {
          const page = await read(queries.changedRows('bob', after, 2));
          seen.push(...page.map((each) => `${each.revision} ${each.contentId}`));
          if (page.length === 0) break;
          after = page.at(-1)!;
        }
        const expected = ['2 a', `2 é`, `2 ${EMOJI}`, '3 B', `3 ${HIGH}`, '10 b'];
        expect(seen).toEqual(expected);
      });

      test('of content that no catalogue held are found by that', async () => {
        await write(
          queries.saveRows([{ ...row, userId: 'bob', id: 'u', contentId: 'é', contentType: null }]),
        );
        expect(await read(queries.unknownContentIds('bob'))).toEqual(['é']);
        expect(await read(queries.unknownContentIds('cay'))).toEqual([]);
      });

      test.each([
        { status: 'done' },
        { contentType: 'chapter' },
        { progressPercentage: 101 },
        { progressPercentage: -1 },
        { score: 101 },
        { timeSpentMs: -1 },
        { revision: -1 },
        { completedAt: 'some day' },
        { userId: null },
      ])('refuse what no rule allows: %j', async (wrong) => {
        const before = await read(queries.learnerRows('bob'));
        const rows = [
          { ...row, userId: 'bob', id: 'fine', contentId: 'fine' },
          { ...row, userId: 'bob', id: 'wrong', contentId: 'wrong', ...wrong } as ProgressRow,
        ];
        await expect(write(queries.saveRows(rows))).rejects.toThrow();
        expect(await read(queries.learnerRows('bob'))).toEqual(before);
      });
    });

    describe('the log and the devices', () => {
      beforeAll(() => open('ann', 'bob'));

      test('come back as they were written', async () => {
        const second = { ...operation, seq: 9_007_199_254_740_991, payload: 'text' };
        const other = { ...operation, deviceId: 'server', seq: 1 };
        await write(queries.insertOperations([operation, second, other]));
        const found = await read(queries.operations([second, { ...operation, seq: 8 }, operation]));
        expect(found.map((each) => each.seq)).toEqual([second.seq, 7]);
        expect(found[1]).toEqual(operation);
        expect(found[0]?.payload).toBe('text');

        await write(queries.saveDevices([{ ...device, lastSeq: 1 }]));
        await write(queries.saveDevices([device]));
        expect(await read(queries.devices([{ ...device, deviceId: 'other' }, device]))).toEqual([
          device,
        ]);
      });

      test('never write an operation twice', async () => {
        const again = { ...operation, kind: 'reopened' };
        const next = { ...operation, seq: 20 };
        await expect(write(queries.insertOperations([next, again]))).rejects.toThrow();
        expect(await read(queries.operations([operation, next]))).toEqual([operation]);
      });
    });

    describe('all of one learner', () => {
      beforeAll(async () => {
        await open('ann', 'bob');
        await write(
          (function* () {
            yield* queries.lockLearners(['ann', 'bob']);
            for (const userId of ['ann', 'bob']) {
              yield* queries.saveRows([{ ...row, userId, id: `row-of-${userId}` }]);
              yield* queries.insertOperations([{ ...operation, userId }]);
              yield* queries.saveDevices([{ ...device, userId }]);
              yield* queries.insertCertificates([certificateOf(userId)]);
            }
          })(),
        );
      });
      const everything = (userId: string) => ({
        learner: { userId, revision: 0, timeZone: null, countedAs: null },
        progress: [{ ...row, userId, id: `row-of-${userId}` }],
        operations: [{ ...operation, userId }],
        devices: [{ ...device, userId }],
        certificates: [certificateOf(userId)],
      });
      const nothing = {
        learner: undefined,
        progress: [],
        operations: [],
        devices: [],
        certificates: [],
      };

      test('is exported, and erased without touching anybody else', async () => {
        expect(await read(queries.exportAll('ann'))).toEqual(everything('ann'));
        await write(queries.erase('ann'));
        expect(await read(queries.exportAll('ann'))).toEqual(nothing);
        expect(await read(queries.exportAll('bob'))).toEqual(everything('bob'));
      });

      test('goes with the user', async () => {
        await database.kysely.deleteFrom('users').where('id', '=', 'bob').execute();
        expect(await read(queries.exportAll('bob'))).toEqual(nothing);
      });
    });

    test('touching writes', async () => {
      await open();
      const touched = async () =>
        Number(
          (await database.kysely.selectFrom('progress_schema').selectAll().execute())[0]?.touched,
        );
      expect(await touched()).toBe(0);
      await write(queries.touch());
      expect(await touched()).toBe(1);
    });
  });
});

const certificateOf = (userId: string) => ({ ...certificate, userId, id: `of-${userId}` });
