import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { ContentData } from '../core/index.ts';
import { createCatalogue } from '../core/index.ts';
import type { Database, Statement } from './database.ts';
import { tampered } from './database.testing.ts';
import { createNewId } from './new-id.ts';
import { createProgressServer } from './progress.ts';
import type { Answer, School, SyncAnswer } from './school.testing.ts';
import { DAY, openSchool, SECOND, START } from './school.testing.ts';

/** A theme with a course of three units, and one with a module. */
const CONTENT: ContentData[] = [
  {
    id: 'sea',
    type: 'theme',
    title: 'The sea',
    children: [
      {
        id: 'knots',
        type: 'course',
        title: 'Knots',
        version: 4,
        children: [
          { id: 'rope', type: 'lesson', title: 'Rope' },
          { id: 'bowline', type: 'lesson', title: 'The bowline' },
          { id: 'lore', type: 'lesson', title: 'Lore', optional: true },
        ],
      },
      {
        id: 'sailing',
        type: 'course',
        title: 'Sailing',
        children: [
          {
            id: 'winds',
            type: 'module',
            title: 'Winds',
            children: [{ id: 'gusts', type: 'lesson', title: 'Gusts' }],
          },
          { id: 'tack', type: 'lesson', title: 'Tacking' },
        ],
      },
    ],
  },
];

withDatabases((kind) => {
  describe('a certificate', () => {
    test('is issued by the write that completes the course, and says what was so then', async () => {
      const { progress, complete } = await open();
      await complete('rope');
      expect(await progress.certificates('ann')).toEqual([]);
      await complete('bowline');
      const [certificate] = await progress.certificates('ann');
      expect(certificate).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        courseId: 'knots',
        courseTitle: 'Knots',
        courseVersion: 4,
        learnerName: 'ann É.',
        issuedAt: '2026-05-02T09:00:00.000Z',
      });
      expect(await progress.certificate(certificate!.id)).toEqual(certificate);
      expect(await progress.certificates('bob')).toEqual([]);
    });

    test('bears the date of the last completion, not that of its arrival', async () => {
      const { progress, sync } = await open();
      await sync('laptop-0001', ['rope', 'bowline'], START - 3 * DAY);
      expect(await progress.certificates('ann')).toMatchObject([
        { issuedAt: '2026-04-29T09:00:00.000Z' },
      ]);
    });

    test('is one, whichever of twenty devices completes the course at the same time', async () => {
      const { progress, sync } = await open();
      const devices = Array.from({ length: 20 }, (_, index) => `device-${1000 + index}`);
      const answers = await Promise.all(devices.map((device) => sync(device, ['rope', 'bowline'])));
      expect(answers.map(({ status }) => status)).toEqual(devices.map(() => 200));
      expect(await progress.certificates('ann')).toHaveLength(1);
      const [one] = await progress.certificates('ann');
      expect(new Set(answers.map(markIn))).toEqual(new Set([one!.id]));
    });

    test('is for each of many learners who finish in one transaction, in few statements', async () => {
      const seen: Statement[] = [];
      const { progress, enrol } = await open({ seen });
      const everybody = Array.from({ length: 30 }, (_, index) => `learner-${index}`);
      await enrol(...everybody);
      await Promise.all(everybody.map((id) => progress.record(id, [completed('rope')])));
      seen.length = 0;
      await Promise.all(everybody.map((id) => progress.record(id, [completed('bowline')])));
      const issued = await Promise.all(everybody.map((id) => progress.certificates(id)));
      expect(issued.map(([one]) => one?.learnerName)).toEqual(everybody.map((id) => `${id} É.`));
      const asked = seen.filter(({ name }) => /learner_names|certificates/.test(name));
      // PostgreSQL writes a list with one statement, SQLite row by row.
      expect(asked).toHaveLength(kind.dialect === 'postgres' ? 3 : 2 + everybody.length);
    });

    test('costs a write that issues none no statement', async () => {
      const seen: Statement[] = [];
      const { complete, reopen } = await open({ seen });
      await complete('rope');
      await complete('tack');
      expect(seen.filter(({ name }) => /learner_names|certificates/.test(name))).toEqual([]);
      await complete('bowline');
      expect(seen.some(({ name }) => name.includes('insert_certificates'))).toBe(true);
      seen.length = 0;
      await reopen('rope');
      await complete('rope');
      await complete('lore');
      expect(seen.filter(({ name }) => /learner_names|certificates/.test(name))).toEqual([]);
    });

    test('survives what the learner takes back, and is not made again', async () => {
      const { progress, complete, reopen } = await open();
      await complete('rope');
      await complete('bowline');
      const before = await progress.certificates('ann');
      await reopen('rope');
      expect(await progress.certificates('ann')).toEqual(before);
      await complete('rope');
      await progress.record('ann', [{ contentId: 'knots', kind: 'restarted' }]);
      expect(await progress.certificates('ann')).toEqual(before);
      await complete('rope');
      await complete('bowline');
      expect(await progress.certificates('ann')).toEqual(before);
    });

    test('stays as it is when course and learner change, and is not made again', async () => {
      const { progress, complete, teach, database } = await open();
      await complete('rope');
      await complete('bowline');
      const before = await progress.certificates('ann');
      await database.kysely.updateTable('users').set({ full_name: 'Anna' }).execute();
      teach([
        {
          id: 'ropework',
          type: 'course',
          title: 'Ropework',
          version: 5,
          aliases: ['knots'],
          children: [
            { id: 'rope', type: 'lesson', title: 'Rope' },
            { id: 'bowline', type: 'lesson', title: 'The bowline' },
            { id: 'reef', type: 'lesson', title: 'The reef knot' },
          ],
        },
      ]);
      await complete('reef');
      expect(await progress.certificates('ann')).toEqual(before);
      expect((await progress.export('ann')).progress).toContainEqual(
        expect.objectContaining({
          contentId: 'ropework',
          status: 'completed',
          rollUp: expect.objectContaining({
            mark: expect.objectContaining({ certificate: before[0]!.id }) as object,
          }) as object,
        }),
      );
      teach([]);
      expect(await progress.certificate(before[0]!.id)).toEqual(before[0]);
    });

    test('comes with the next write when the author takes out what was left to do', async () => {
      const { progress, complete, teach } = await open();
      await complete('rope');
      teach([
        {
          id: 'knots',
          type: 'course',
          title: 'Knots, in short',
          children: [{ id: 'rope', type: 'lesson', title: 'Rope' }],
        },
        { id: 'solo', type: 'lesson', title: 'Alone' },
      ]);
      expect(await progress.certificates('ann')).toEqual([]);
      await complete('solo');
      expect(await progress.certificates('ann')).toMatchObject([
        { courseTitle: 'Knots, in short', courseVersion: 1 },
      ]);
    });

    test('is for a course, and for no module or theme; the latest is listed first', async () => {
      const { progress, sync } = await open();
      await sync('laptop-0001', ['gusts'], START - 2 * SECOND);
      expect(await progress.certificates('ann')).toEqual([]);
      await sync('laptop-0002', ['tack']);
      await sync('laptop-0003', ['rope', 'bowline'], START - SECOND);
      const courses = (await progress.certificates('ann')).map(({ courseId }) => courseId);
      expect(courses).toEqual(['sailing', 'knots']);
    });

    test('is none for a lesson that became a course, until that is done', async () => {
      const { progress, complete, teach } = await open();
      teach([{ id: 'knots', type: 'lesson', title: 'Knots' }]);
      await complete('knots');
      teach(CONTENT);
      await complete('rope');
      expect((await progress.summary('ann', 'knots')).status).toBe('completed');
      expect(await progress.certificates('ann')).toEqual([]);
      await complete('bowline');
      expect(await progress.certificates('ann')).toHaveLength(1);
    });

    test('comes to whom had finished before there were any, with the next write there', async () => {
      const { progress, complete, database } = await open({ name: null });
      await complete('rope');
      await complete('bowline');
      const named = await openOn(database);
      expect(await named.progress.certificates('ann')).toEqual([]);
      await named.complete('tack');
      expect(await named.progress.certificates('ann')).toEqual([]);
      await named.complete('lore');
      expect(await progress.certificates('ann')).toMatchObject([{ courseId: 'knots' }]);
    });

    test('waits until the learner has a name', async () => {
      const { progress, complete, database } = await open();
      const call = (full_name: string | null) =>
        database.kysely.updateTable('users').set({ full_name }).where('id', '=', 'ann').execute();
      await call(null);
      await complete('rope');
      await complete('bowline');
      await call(' ');
      await complete('lore');
      expect(await progress.certificates('ann')).toEqual([]);
      await call('Ann');
      await progress.record('ann', [{ contentId: 'rope', kind: 'restarted' }]);
      expect(await progress.certificates('ann')).toEqual([]);
      await complete('rope');
      expect(await progress.certificates('ann')).toMatchObject([{ learnerName: 'Ann' }]);
    });

    test('is refused together with the completion when it cannot be written', async () => {
      let full = true;
      const broken = (statement: Statement) => {
        if (full && statement.name.includes('insert_certificates')) throw new Error('no room');
        return statement;
      };
      const { progress, complete } = await open({ onStatement: broken });
      await complete('rope');
      const before = await progress.export('ann');
      await expect(complete('bowline')).rejects.toThrow('no room');
      expect(await progress.export('ann')).toEqual(before);
      full = false;
      await complete('bowline');
      expect(await progress.certificates('ann')).toHaveLength(1);
    });

    test('that is there although no mark names it is found again', async () => {
      const { progress, complete, database, teach } = await open();
      await complete('rope');
      await complete('bowline');
      const before = await progress.certificates('ann');
      await database.kysely.deleteFrom('user_progress').execute();
      const lessons = CONTENT[0]!.children![0]!.children!;
      const renamed = { id: 'ropework', aliases: ['knots'], title: 'Ropework', children: lessons };
      teach([{ ...renamed, type: 'course' }]);
      await complete('rope');
      await complete('bowline');
      expect(await progress.certificates('ann')).toEqual(before);
      const course = (await progress.export('ann')).progress.find(
        ({ contentId }) => contentId === 'ropework',
      );
      expect(course?.rollUp).toMatchObject({ mark: { certificate: before[0]!.id } });
    });

    test('goes with the account, and with all that was learnt', async () => {
      const { progress, complete, database } = await open();
      await complete('rope');
      await complete('bowline');
      const [first] = await progress.certificates('ann');
      expect((await progress.export('ann')).certificates).toEqual([{ ...first, userId: 'ann' }]);
      await progress.erase('ann');
      expect(await progress.certificate(first!.id)).toBeNull();
      await complete('rope');
      await complete('bowline');
      const [second] = await progress.certificates('ann');
      expect(second!.id).not.toBe(first!.id);
      await database.kysely.deleteFrom('users').where('id', '=', 'ann').execute();
      expect(await progress.certificate(second!.id)).toBeNull();
    });

    test('is not there under any other id', async () => {
      const { progress, complete } = await open();
      await complete('rope');
      await complete('bowline');
      const others = [
        '',
        'nothing',
        '0'.repeat(32),
        'a\0b',
        '\ud800',
        "' or 1=1 --",
        'x'.repeat(1e5),
      ];
      for (const id of others) expect(await progress.certificate(id)).toBeNull();
    });
  });

  if (kind.name === 'SQLite in memory') return;

  test('two programs on one database issue one certificate', async () => {
    const place = await kind.create();
    const one = await openOn(place.connect());
    const other = await openOn(place.connect());
    await one.enrol('ann');
    await one.complete('rope');
    await Promise.all(
      [one, other, one, other].map(({ sync }, index) =>
        sync(`device-${1000 + index}`, ['bowline']),
      ),
    );
    const issued = await one.progress.certificates('ann');
    expect(issued).toHaveLength(1);
    expect(await other.progress.certificates('ann')).toEqual(issued);
  });

  async function open(options: OpenOptions = {}) {
    const school = await openOn(await kind.open(), options);
    await school.enrol('ann', 'bob');
    return school;
  }
});

describe('the setting users.name', () => {
  withDatabases((kind) => {
    test('names a column that is there', async () => {
      const database = await kind.open();
      const school = openOn(database, { name: 'nam' });
      await expect(school).rejects.toThrow(
        'The table "users" has no column "nam": let the setting users.name say which one holds the name for certificates.',
      );
    });

    test.each([
      {
        type: 'uuid',
        id: '0e37df36-f698-11e6-8dd4-cb9ced3df976',
        column: 'uuid',
        asInSqlite: 'text',
      },
      { type: 'integer', id: '7', column: 'bigint', asInSqlite: 'integer' },
    ] as const)('goes with keys that are $type', async ({ type, id, column, asInSqlite }) => {
      const database = await kind.open();
      await database.kysely.schema
        .createTable('People')
        .addColumn('Key', kind.dialect === 'sqlite' ? asInSqlite : column, (key) =>
          key.primaryKey(),
        )
        .addColumn('The name', 'varchar(40)')
        .execute();
      await database.kysely.insertInto('People').values({ Key: id, 'The name': 'Zoë' }).execute();
      const progress = createProgressServer({
        catalogue: createCatalogue(CONTENT),
        database,
        identify: () => null,
        users: { table: 'People', key: 'Key', type, name: 'The name' },
      });
      await progress.migrate();
      await progress.record(id, [completed('knots')]);
      expect(await progress.certificates(id)).toMatchObject([{ learnerName: 'Zoë' }]);
    });
  });
});

interface OpenOptions {
  /** The column of the name; null for a site without certificates. */
  name?: string | null;
  /** Is given every statement that writes. */
  seen?: Statement[];
  onStatement?: (statement: Statement) => Statement;
}

/** A school that certifies, and what Ann does there. */
async function openOn(
  database: Database,
  { name = 'full_name', seen, onStatement = (statement) => statement }: OpenOptions = {},
) {
  const onEach = (statement: Statement) => {
    seen?.push(statement);
    return onStatement(statement);
  };
  const school = await openSchool(tampered(database, { onStatement: onEach }), {
    users: { table: 'users', key: 'id', type: 'text', ...(name !== null && { name }) },
    newId: createNewId(),
  });
  school.teach(CONTENT);
  const { record } = school.progress;
  return {
    ...school,
    complete: (contentId: string) => record('ann', [completed(contentId)]),
    reopen: (contentId: string) => record('ann', [{ contentId, kind: 'reopened' }]),
    sync: (device: string, contentIds: string[], at = START) =>
      syncOf(school, { device, contentIds, at }),
  };
}

/** Completes units on a device that was away, at some time. */
function syncOf(
  { as }: School,
  { device, contentIds, at }: { device: string; contentIds: string[]; at: number },
): Promise<Answer<SyncAnswer>> {
  const operations = contentIds.map((contentId, index) => {
    return { ...completed(contentId), seq: index + 1, at, version: 1 };
  });
  const head = { v: 1, device, asUser: 'ann', now: START, cursor: null, catalogue: null };
  return as('ann').sync({ ...head, operations });
}

const completed = (contentId: string) => ({ contentId, kind: 'completed', by: 'button' }) as const;

/** The certificate that the course's finished mark names in the answer of a sync. */
function markIn({ body }: Answer<SyncAnswer>): string | undefined {
  const course = body.changes.find(({ record }) => record.contentId === 'knots');
  return course?.rollUp?.mark?.certificate;
}
