import { CompiledQuery, sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import type { Database, Row, Script, Statement } from './database.ts';
import { migrate } from './migrate.ts';
import { createQueries } from './queries.ts';
import type { Queries } from './queries.ts';
import {
  ACCESSES,
  certificate,
  createUsers,
  device,
  openStore,
  operation,
  row,
} from './queries.testing.ts';
import type { Store } from './queries.testing.ts';
import { createRowFormat } from './row-format.ts';
import { LEARNERS } from './schema.ts';
import { once } from './statement.ts';
import { createTableStatements } from './table-statements.ts';

withDatabases((kind) => {
  describe.each(ACCESSES)('through %s', (access) => {
    let store: Store;
    beforeAll(async () => {
      store = await openStore(kind, access, { keys: ['ann'] });
      await store.write(store.queries.lockLearners(['ann']));
    });

    test('five hundred rows are found and saved by the statements for one', async () => {
      const { queries, read, write } = store;
      const rows = Array.from({ length: 500 }, (_, index) => ({
        ...row,
        id: `many-${index}`,
        contentId: `many-${index}`,
      }));
      const save = (some: typeof rows) => write(spied(queries.saveRows(some)));
      const find = (some: typeof rows) => read(spied(queries.rows(some)));
      const [one, all] = [await save(rows.slice(0, 1)), await save(rows)];
      const textsOf = ({ statements }: typeof one) => [
        ...new Set(statements.map(({ name, sql }) => `${name} ${sql}`)),
      ];
      expect(textsOf(all)).toEqual(textsOf(one));
      // On SQLite a statement is a call; to PostgreSQL it is a way there and back.
      expect(all.statements).toHaveLength(kind.dialect === 'sqlite' ? 500 : 1);
      const [foundOne, foundAll] = [await find(rows.slice(7, 8)), await find(rows)];
      expect(foundAll.value).toEqual(rows);
      expect(foundOne.value).toEqual(rows.slice(7, 8));
      expect(foundAll.statements.map(({ name }) => name)).toEqual(
        foundOne.statements.map(({ name }) => name),
      );
    });

    test('every statement reaches its rows by an index, however small the tables are', async () => {
      await store.database.kysely.executeQuery(CompiledQuery.raw('analyze'));
      const { statements } = await store.write(spied(everyQuery(store.queries)));
      expect(statements.length).toBeGreaterThan(20);
      for (const statement of statements) {
        const plan = await store.write(planOf(kind.dialect, statement));
        expect(plan, statement.sql).toMatch(/^$|SEARCH|Index|Function Scan/);
        expect(plan, statement.sql).not.toMatch(READS_ALL);
      }
    });
  });

  // SQLite has one lock, the whole file.
  if (kind.dialect === 'sqlite') return;

  test('learners are locked all, or none when one is missing', async () => {
    const { database } = await openStore(kind, 'its own driver', { keys: ['ann', 'bob'] });
    const format = createRowFormat(database, { table: 'users', key: 'id', type: 'text' });
    const { insert, lock } = createTableStatements(database, format);
    const isLocked = sql<Row>`select xmax <> 0 as locked from progress_learners`;
    await database.write(() => insert(LEARNERS)([{ userId: 'ann', revision: 0 }]));
    const seen = await database.write(function* () {
      const missing = yield* lock(LEARNERS)([{ userId: 'ann' }, { userId: 'bob' }]);
      const before = yield* once(database.kysely, isLocked);
      const found = yield* lock(LEARNERS)([{ userId: 'ann' }]);
      const after = yield* once(database.kysely, isLocked);
      return [missing.length, before[0], found.length, after[0]];
    });
    expect(seen).toEqual([0, { locked: false }, 1, { locked: true }]);
  });

  test('learners asked for in any order are locked in one, so that nobody deadlocks or loses', async () => {
    const { stores, ids } = await twoStores();
    let attempts = 0;
    const raise = function* (queries: Queries, userIds: string[]): Script<void> {
      attempts++;
      const learners = yield* queries.lockLearners(userIds);
      yield* queries.saveLearners(
        learners.map((each) => ({ ...each, revision: each.revision + 1 })),
      );
    };
    // Each round meets learners whom nobody has made yet, and some of the round before.
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      const some = ids.slice(round, round + 5);
      await Promise.all([
        ...stores.map(({ database, queries }) => database.write(() => raise(queries, some))),
        ...stores.map(({ database, queries }) =>
          database.write(() => raise(queries, some.toReversed())),
        ),
      ]);
    }
    expect(attempts).toBe(4 * rounds);
    const { queries, read } = stores[0];
    for (const [index, id] of ids.entries()) {
      const raised = 4 * Math.min(index + 1, 5, ids.length - index);
      expect((await read(queries.learner(id)))?.revision, id).toBe(raised);
    }
  });

  test('locked one by one as they are asked for, they deadlock, and only trying again helps', async () => {
    const { stores, ids } = await twoStores();
    const [first, second] = [ids[0]!, ids[1]!];
    await stores[0].write(stores[0].queries.lockLearners([first, second]));
    let attempts = 0;
    let held = 0;
    const lockAsAsked = function* (queries: Queries, userIds: string[]): Script<void> {
      attempts++;
      for (const id of userIds) {
        yield* queries.lockLearners([id]);
        held++;
        // Both transactions hold their first learner before either asks for its second.
        while (held < 2) yield { name: '', sql: 'select pg_sleep(0.01)', parameters: [] };
      }
    };
    await Promise.all([
      stores[0].database.write(() => lockAsAsked(stores[0].queries, [first, second])),
      stores[1].database.write(() => lockAsAsked(stores[1].queries, [second, first])),
    ]);
    expect(attempts).toBeGreaterThan(2);
  });

  /** Two programs on one database, and users of whom it knows nothing yet. */
  async function twoStores() {
    const place = await kind.create();
    const users = { table: 'users', key: 'id', type: 'text' } as const;
    const ids = Array.from({ length: 64 }, (_, index) => `user-${String(index).padStart(2, '0')}`);
    const first = storeOn(place.connect());
    await createUsers(first.database, users, ids);
    await migrate(first.database, users);
    return { stores: [first, storeOn(place.connect())] as const, ids };

    function storeOn(database: Database): Store {
      return {
        database,
        queries: createQueries(database, users),
        read: (script) => database.read(() => script),
        write: (script) => database.write(() => script),
      };
    }
  }
});

/**
 * A plan that reads a table from end to end, or an index: in PostgreSQL a scan without a condition.
 * Only the one row of progress_schema is ever read so.
 */
const READS_ALL =
  /(SCAN|Seq Scan on) (user_progress|progress_(?!schema)|certificates|found|learner)|Index \w*\s?Scan using [^\n]*\n(?!\s*Index Cond)/;

/** Runs a script and keeps the statements that it yielded. */
function* spied<T>(script: Script<T>): Script<{ value: T; statements: Statement[] }> {
  const statements: Statement[] = [];
  let step = script.next();
  while (!step.done) {
    statements.push(step.value);
    step = script.next(yield step.value);
  }
  return { value: step.value, statements };
}

function* everyQuery(queries: Queries): Script<void> {
  yield* queries.erase('ann');
  yield* queries.lockLearners(['ann']);
  yield* queries.saveRows([row]);
  yield* queries.saveDevices([device]);
  yield* queries.saveLearners([{ userId: 'ann', revision: 1 }]);
  yield* queries.insertOperations([operation]);
  yield* queries.rows([row]);
  yield* queries.devices([device]);
  yield* queries.operations([operation]);
  yield* queries.learner('ann');
  yield* queries.learnerRows('ann');
  yield* queries.learnerStates('ann');
  yield* queries.learnerVersion('ann');
  yield* queries.changedRows('ann', { revision: 0, contentId: '' }, 1);
  yield* queries.unknownContentIds('ann');
  yield* queries.exportAll('ann');
  yield* queries.learnerNames(['ann']);
  yield* queries.certificate('1');
  yield* queries.certificatesFor([{ userId: 'ann', courseId: 'web' }]);
  yield* queries.insertCertificates([certificate]);
}

function* planOf(dialect: Database['dialect'], { sql, parameters }: Statement): Script<string> {
  const explain = dialect === 'sqlite' ? 'explain query plan' : 'explain';
  const rows = yield { name: '', sql: `${explain} ${sql}`, parameters };
  return rows.map((each) => String(each['detail'] ?? each['QUERY PLAN'])).join('\n');
}
