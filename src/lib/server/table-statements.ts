import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database, Script } from './database.ts';
import { columnName } from './row-format.ts';
import type { RowFormat } from './row-format.ts';
import type { Table } from './schema.ts';
import { prepare } from './statement.ts';

/** Finds rows of a table by a list of keys; those found come in the order of the list. */
export type Find<R> = (keys: readonly Partial<R>[]) => Script<R[]>;

/** Writes a list of rows. */
export type Write<R> = (rows: readonly Partial<R>[]) => Script<void>;

/** The statements that every table has, each compiled when it is asked for. */
export function createTableStatements(database: Database, format: RowFormat) {
  const { kysely, dialect } = database;
  const isPostgres = dialect === 'postgres';

  /**
   * The rows that a list of keys names, as `from … where`: for each item its row by the index of
   * its key. Neither database is left another way to go about it, such as reading the whole table
   * because it was nearly empty when the plan was made.
   */
  function matching<R>({ name, key, columns }: Table<R>, list: RawBuilder<string>, lock = sql``) {
    const items = format.items(list);
    const conditions = key.map(
      (each) => sql`found.${ref(each)} = ${format.item(each, columns[each])}`,
    );
    const found = sql`${sql.table(name)} as found`;
    const where = sql`where ${sql.join(conditions, sql` and `)}`;
    return isPostgres
      ? sql`${items} cross join lateral (select * from ${found} ${where} limit 1 ${lock}) as found`
      : sql`${items} cross join ${found} ${where}`;
  }

  function finder<R extends object>(
    table: Table<R>,
    build: (list: RawBuilder<string>, columns: RawBuilder<unknown>) => RawBuilder<unknown>,
  ): Find<R> {
    const columns = sql.join(format.select('found', table.columns));
    const run = prepare<{ keys: string }>(kysely, `find_${table.name}`, (p) =>
      build(p('keys'), columns),
    );
    const keyColumns = Object.fromEntries(table.key.map((each) => [each, table.columns[each]]));
    return function* (keys) {
      if (keys.length === 0) return [];
      const rows = yield* run({ keys: format.encode(keyColumns, keys) });
      return rows.map((row) => format.decode(table.columns, row));
    };
  }

  /** All rows in one statement, because each would be a way to the server and back. */
  function insertTogether<R extends object>(
    table: Table<R>,
    conflict: RawBuilder<unknown>,
  ): Write<R> {
    const { name, columns } = table;
    const names = namesOf(table);
    const values = names.map((each) => sql`${format.item(each, columns[each])} as ${ref(each)}`);
    const run = prepare<{ rows: string }>(
      kysely,
      `insert_${name}`,
      (p) => sql`
        insert into ${sql.table(name)} (${refs(names)})
        select ${sql.join(values)} from ${format.items(p('rows'))} ${conflict}`,
    );
    return function* (rows) {
      if (rows.length > 0) yield* run({ rows: format.encode(columns, rows) });
    };
  }

  /** Row by row: for SQLite a statement is a call, and taking a list apart costs as much again. */
  function insertEach<R extends object>(table: Table<R>, conflict: RawBuilder<unknown>): Write<R> {
    const { name, columns } = table;
    const names = namesOf(table);
    const run = prepare<Record<string, unknown>>(
      kysely,
      `insert_${name}`,
      (p) => sql`
        insert into ${sql.table(name)} (${refs(names)})
        values (${sql.join(names.map((each) => p(each)))}) ${conflict}`,
    );
    return function* (rows) {
      for (const row of rows) yield* run(format.values(columns, row));
    };
  }

  return {
    find: <R extends object>(table: Table<R>): Find<R> =>
      finder(table, (list, columns) => sql`select ${columns} from ${matching(table, list)}`),

    /**
     * Finds rows and locks them until the transaction ends, in the order of the list: all of them,
     * or none if one is missing. SQLite's transaction has locked everything already.
     */
    lock: <R extends object>(table: Table<R>): Find<R> =>
      finder(table, (list, columns) =>
        isPostgres
          ? sql`select ${columns} from ${matching(table, list, sql`for update`)}
                where (select count(*) from ${matching(table, list)})
                  = jsonb_array_length(${list}::jsonb)`
          : sql`select ${columns} from ${matching(table, list)}`,
      ),

    /** Inserts rows; `conflict` says what to do about those that are there. */
    insert: <R extends object>(table: Table<R>, conflict = sql``): Write<R> =>
      isPostgres ? insertTogether(table, conflict) : insertEach(table, conflict),

    /** A learner's rows in the order of their keys. */
    ofLearner: <R extends object>(table: Table<R>): ((userId: string) => Script<R[]>) => {
      const { name, key, columns } = table;
      const run = prepare<{ user: string | null }>(
        kysely,
        `all_${name}`,
        (p) => sql`
          select ${sql.join(format.select('found', columns))} from ${sql.table(name)} as found
          where user_id = ${p('user')} order by ${refs(key)}`,
      );
      return function* (userId) {
        const rows = yield* run({ user: format.user(userId) });
        return rows.map((row) => format.decode(columns, row));
      };
    },

    /** Deletes a learner's rows. */
    erase: (name: string): ((userId: string) => Script<void>) => {
      const run = prepare<{ user: string | null }>(kysely, `erase_${name}`, (p) =>
        kysely.deleteFrom(name).where('user_id', '=', p('user')),
      );
      return function* (userId) {
        yield* run({ user: format.user(userId) });
      };
    },
  };
}

/** What a row that exists takes from the one that would be inserted: all but its key and `keep`. */
export function replacing<R>({ key, columns }: Table<R>, keep: readonly (keyof R & string)[] = []) {
  const names = namesOf({ key, columns } as Table<R>).filter(
    (each) => !key.includes(each) && !keep.includes(each),
  );
  const taken = names.map((each) => sql`${ref(each)} = excluded.${ref(each)}`);
  return sql`on conflict (${refs(key)}) do update set ${sql.join(taken)}`;
}

function namesOf<R>({ columns }: Table<R>): (keyof R & string)[] {
  return Object.keys(columns) as (keyof R & string)[];
}

const ref = (name: string) => sql.ref(columnName(name));
const refs = (names: readonly string[]) => sql.join(names.map(ref));
