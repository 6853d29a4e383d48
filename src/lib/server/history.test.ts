import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { contents } from '../core/content.testing.ts';
import type { Database, Statement } from './database.ts';
import { tampered } from './database.testing.ts';
import { histories, live } from './history.testing.ts';
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

/** What the mutants look at in the rows of whatever table. */
interface Stored {
  seq: number;
  revision: number;
  score: number | null;
  rollUp: unknown;
}

/** Lets rows get lost on their way into a table, or changes them. */
const losing =
  (table: string, keep: (rows: Stored[]) => unknown[]) =>
  (statement: Statement): Statement => {
    if (!statement.name.startsWith(`cairn_insert_${table}_`)) return statement;
    const parameters = statement.parameters.map((each) =>
      JSON.stringify(keep(JSON.parse(String(each)) as Stored[])),
    );
    return { ...statement, parameters };
  };

describe('that property fails of a server', () => {
  const mutants: Record<string, (statement: Statement) => Statement> = {
    'whose log loses an operation now and then': losing('progress_operations', (rows) =>
      rows.filter(({ seq }) => seq % 5 !== 0),
    ),
    'that stores no sums': losing('user_progress', (rows) =>
      rows.filter(({ rollUp }) => rollUp === null),
    ),
    'that leaves out the last row that changed': losing('user_progress', (rows) =>
      rows.slice(0, Math.max(1, rows.length - 1)),
    ),
    'that forgets how far its devices are': losing('progress_devices', () => []),
    'whose revision stands still': losing('progress_learners', (rows) =>
      rows.map((row) => ({ ...row, revision: Math.min(2, row.revision) })),
    ),
    'that takes every score for one more': losing('user_progress', (rows) =>
      rows.map((row) => ({ ...row, score: row.score && Math.min(100, row.score + 1) })),
    ),
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
