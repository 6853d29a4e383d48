import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { contents } from '../core/content.testing.ts';
import type { Database, Statement } from './database.ts';
import { tampered } from './database.testing.ts';
import { histories, live } from './history.testing.ts';
import { DEVICES, LEARNERS, OPERATIONS, USER_PROGRESS } from './schema.ts';
import { openSchool } from './school.testing.ts';
import { sqlite } from './sqlite.ts';

const RUNS = Number(process.env['FC_RUNS'] ?? 12);
const SEED = Number(process.env['FC_SEED'] ?? 7);
const TIMEOUT = 120_000 + 2000 * RUNS;

/** Two learners on four devices and an author live through a history, on a database of their own. */
const lives = (open: () => Promise<Database>) =>
  fc.asyncProperty(contents, histories, async (content, history) => {
    const database = await open();
    const school = await openSchool(database);
    await school.enrol('ann', 'bob');
    await live(school, { content, history });
    expect(school.errors).toEqual([]);
    await database.close();
  });

withDatabases(({ open, name }) => {
  test(
    'after every step of any history, every answer and every stored sum equals a recount',
    async () => {
      const numRuns = name === 'SQLite in memory' ? RUNS : Math.ceil(RUNS / 4);
      await fc.assert(lives(open), { numRuns, seed: SEED, endOnFailure: true });
    },
    TIMEOUT,
  );
});

/** What the mutants look at in a row of whatever table. */
interface Stored {
  seq: number;
  revision: number;
  score: number | null;
  rollUp: unknown;
}

/** Lets a row get lost on its way into a table (null), or changes it. SQLite is given row by row. */
const losing =
  (table: { name: string; columns: object }, keep: (row: Stored) => object | null) =>
  (statement: Statement): Statement => {
    if (!statement.name.startsWith(`cairn_insert_${table.name}_`)) return statement;
    const names = Object.keys(table.columns);
    const row = Object.fromEntries(names.map((name, n) => [name, statement.parameters[n]]));
    const kept = keep(row as unknown as Stored);
    if (kept === null) return { name: '', sql: 'select 1 where false', parameters: [] };
    return { ...statement, parameters: names.map((name) => (kept as typeof row)[name]) };
  };

describe('that property fails of a server', () => {
  let rows = 0;
  const mutants: Record<string, (statement: Statement) => Statement> = {
    'whose log loses an operation now and then': losing(OPERATIONS, (row) =>
      row.seq % 5 === 0 ? null : row,
    ),
    'that stores no sums': losing(USER_PROGRESS, (row) => (row.rollUp === null ? row : null)),
    'that leaves out a row that changed now and then': losing(USER_PROGRESS, (row) =>
      ++rows % 5 === 0 ? null : row,
    ),
    'that forgets how far its devices are': losing(DEVICES, () => null),
    'whose revision stands still': losing(LEARNERS, (row) => ({
      ...row,
      revision: Math.min(2, row.revision),
    })),
    'that takes every score for one more': losing(USER_PROGRESS, (row) => ({
      ...row,
      score: row.score && Math.min(100, row.score + 1),
    })),
  };

  test.each(Object.entries(mutants))(
    '%s',
    async (_, onStatement) => {
      const open = async () => tampered(sqlite(':memory:'), { onStatement });
      const found = await fc.check(lives(open), { numRuns: 50, seed: SEED, endOnFailure: true });
      expect(found.failed, 'the mutant went unnoticed').toBe(true);
      expect(found.errorInstance).toHaveProperty('name', 'AssertionError');
    },
    TIMEOUT,
  );
});
