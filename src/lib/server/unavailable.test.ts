import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Database } from './database.ts';
import { tampered } from './database.testing.ts';
import type { Tampering } from './database.testing.ts';
import { createProgressServer } from './progress.ts';
import type { School } from './school.testing.ts';
import { get, openSchool, post, START } from './school.testing.ts';
import { sqliteConnection } from './sqlite.ts';

const rope = { contentId: 'rope', contentType: 'lesson', status: 'completed' };
const bowline = { ...rope, contentId: 'bowline' };
const syncOf = (asUser: string) => ({
  v: 1,
  device: 'laptop-one',
  asUser,
  now: START,
  cursor: null,
  catalogue: null,
  operations: [{ seq: 1, at: START, contentId: 'bowline', kind: 'completed', by: 'button' }],
});

/** Lets two of three learners begin, so that there is something to read. */
async function begun(database: Database): Promise<School> {
  const school = await openSchool(database);
  await school.enrol('ann', 'bob', 'cem');
  await school.as('ann').update(rope);
  await school.as('cem').update(rope);
  return school;
}

/** Writes are refused with when to come back, keep nothing, and reads go on. */
async function expectUnavailable({ as, dump, errors }: School): Promise<void> {
  const before = await dump();
  const reported = errors.length;
  const answers = await Promise.all([
    as('ann').update(bowline),
    as('bob').update(bowline),
    as('ann').sync(syncOf('ann')),
  ]);
  for (const { status, headers, problem, text } of answers) {
    expect([status, problem.code]).toEqual([503, 'unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(text).not.toMatch(/sql|disk|select|insert/i);
  }
  expect(errors.length - reported).toBe(3);
  expect((await as('ann').content({ contentId: 'rope' })).body.status).toBe('completed');
  expect((await as('ann').list()).status).toBe(200);
  expect((await as('ann').summary({ courseId: 'knots' })).body.completed).toBe(1);
  expect(await dump()).toBe(before);
}

/** It goes on where it stood, and nobody had to do anything. */
async function expectRecovered({ as }: School): Promise<void> {
  expect((await as('ann').sync(syncOf('ann'))).body.results).toEqual([
    { seq: 1, status: 'applied' },
  ]);
  expect((await as('bob').update(bowline)).body.revision).toBe(1);
  expect((await as('ann').summary({ courseId: 'knots' })).body.completed).toBe(2);
}

withDatabases(({ open, create, dialect, name }) => {
  const faults: [string, object][] =
    dialect === 'sqlite'
      ? [
          ['a full disk', { errcode: 13 }],
          ['an I/O error while it syncs', { errcode: 1034 }],
          ['a locked file', { errcode: 5 }],
          ['a file that became read-only', { errcode: 8 }],
        ]
      : [
          ['a full disk', { code: '53100' }],
          ['an I/O error', { code: '58030' }],
          ['a server that shuts down', { code: '57P01' }],
          ['a lock that is not granted', { code: '55P03' }],
          ['a lost connection', { code: 'ECONNRESET' }],
        ];

  describe.each(faults)('%s', (_, how) => {
    test('at any statement of a transaction is a 503, and over when it is over', async () => {
      const tampering: Tampering = {};
      let [statements, failed] = [0, 0];
      const database = tampered(await open(), {
        onStatement: (statement) => tampering.onStatement?.(statement) ?? statement,
      });
      const school = await begun(database);
      tampering.onStatement = (statement) => {
        statements++;
        return statement;
      };
      await school.as('cem').sync(syncOf('cem'));
      expect(statements).toBeGreaterThan(5);

      for (let place = 1; place <= statements; place++) {
        let at = 0;
        const before = await school.dump();
        tampering.onStatement = (statement) => {
          if (++at !== place) return statement;
          failed++;
          throw Object.assign(new Error('The disk says no.'), how);
        };
        const answer = await school.as('ann').sync(syncOf('ann'));
        expect([answer.status, answer.problem.code]).toEqual([503, 'unavailable']);
        expect(await school.dump()).toBe(before);
      }
      expect(failed).toBe(statements);

      delete tampering.onStatement;
      const { results } = (await school.as('ann').sync(syncOf('ann'))).body;
      expect(results).toEqual([{ seq: 1, status: 'applied' }]);
    });
  });

  if (dialect === 'sqlite') {
    test('a disk that is really full is a 503, and over when there is room again', async () => {
      const school = await begun(await open());
      const large = { ...bowline, data: 'x'.repeat(16_000) };
      const pages = await pragma(school, 'page_count');
      await pragma(school, `max_page_count = ${pages}`);
      const before = await school.dump();
      const { status, problem } = await school.as('bob').update(large);
      expect([status, problem.code]).toEqual([503, 'unavailable']);
      expect(school.errors).toMatchObject([{ errcode: 13 }]);
      expect(await school.dump()).toBe(before);
      expect((await school.as('ann').list()).body.progress).toHaveLength(3);

      await pragma(school, 'max_page_count = 1000000');
      expect((await school.as('bob').update(large)).status).toBe(200);
    });

    test('a database that only reads is a 503, and over when it writes again', async () => {
      const school = await begun(await open());
      await pragma(school, 'query_only = on');
      await expectUnavailable(school);
      await expect(school.progress.ready()).rejects.toMatchObject({ errcode: 8 });
      await pragma(school, 'query_only = off');
      await school.progress.ready();
      await expectRecovered(school);
    });
  }

  if (name === 'SQLite file') {
    test('a file that may only be read is read, and its writes are 503', async () => {
      const { address, connect } = await create();
      const school = await begun(connect());
      const connection = new DatabaseSync(address, { readOnly: true });
      const { endpoints } = createProgressServer({
        catalogue: school.catalogue(),
        database: sqliteConnection(connection),
        identify: () => null,
        onError: (error) => school.errors.push(error),
      });
      const update = await endpoints.update(post('update', bowline), 'ann');
      expect([update.status, await update.json()]).toMatchObject([503, { code: 'unavailable' }]);
      expect(school.errors).toMatchObject([{ errcode: 8 }]);
      const list = await endpoints.list(get(''), 'ann');
      expect(await list.json()).toEqual((await school.as('ann').list()).body);
      connection.close();
    });
  }

  if (dialect === 'postgres') {
    test('a server that only reads is a 503, and over when it writes again', async () => {
      const { connect } = await create();
      const school = await begun(connect());
      const admin = connect();
      await onlyReads(admin, 'on');
      await reconnected(school);
      await expectUnavailable(school);
      expect(school.errors).toMatchObject([
        { code: '25006' },
        { code: '25006' },
        { code: '25006' },
      ]);
      await expect(school.progress.ready()).rejects.toMatchObject({ code: '25006' });
      await onlyReads(admin, 'off');
      await reconnected(school);
      await school.progress.ready();
      await expectRecovered(school);
    });
  }
});

async function pragma({ database }: School, text: string): Promise<number> {
  const { rows } = await sql.raw<object>(`pragma ${text}`).execute(database.kysely);
  return Number(Object.values(rows[0] ?? {})[0]);
}

/** Makes a PostgreSQL refuse writes, or not, to all who connect from now on, which is everybody. */
async function onlyReads({ kysely }: Database, value: 'on' | 'off'): Promise<void> {
  await kysely.connection().execute(async (connection) => {
    const run = (text: string) => sql.raw<{ name: string }>(text).execute(connection);
    await run('set default_transaction_read_only = off');
    const { rows } = await run('select quote_ident(current_database()) as name');
    await run(`alter database ${rows[0]!.name} set default_transaction_read_only = ${value}`);
    await run(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
  });
}

/** Waits until no dead connection is left in the pool. */
async function reconnected({ dump }: School): Promise<void> {
  await vi.waitFor(dump, { timeout: 10_000 });
}
