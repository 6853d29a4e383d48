import { sql } from 'kysely';
import type { Database, Row, Script } from './database.ts';
import type { UsersTable } from './schema.ts';
import { once } from './statement.ts';

/** A column of the users table, as its database describes it. */
export interface UsersColumn {
  name: string;
  type: string;
  isUnique: boolean;
  /** The collation that it has of its own, quoted; PostgreSQL only. */
  collation: string | null;
}

/**
 * Finds the column that names users, and throws one sentence that says what to do when progress
 * cannot refer to it: no such table or column, a key of another type, a key that is not unique.
 * The column with the name on certificates, where the settings say one, is there too.
 */
export function* findUsersKey(database: Database, users: UsersTable): Script<UsersColumn> {
  const { table, key, type, name: nameColumn } = users;
  const columns = yield* columnsOf(database, table);
  if (columns.length === 0) {
    throw new Error(
      `There is no table "${table}" for users: run its migrations before those of progress, or name the right one in the setting users.table.`,
    );
  }
  const column = columns.find(({ name }) => name === key);
  if (!column) {
    throw new Error(
      `The table "${table}" has no column "${key}": name its primary key in the setting users.key.`,
    );
  }
  if (!STORED_AS[type].test(column.type)) {
    throw new Error(
      `The column "${key}" of "${table}" is of type ${column.type}, but the setting users.type says ${type}: let it say what the column is (text, uuid or integer).`,
    );
  }
  if (!column.isUnique) {
    throw new Error(
      `The column "${key}" of "${table}" is not unique: name the primary key in the setting users.key.`,
    );
  }
  if (nameColumn !== undefined && !columns.some(({ name }) => name === nameColumn)) {
    throw new Error(
      `The table "${table}" has no column "${nameColumn}": let the setting users.name say which one holds the name for certificates.`,
    );
  }
  return column;
}

/** SQLite has no type for UUIDs: they are text there, whatever the column calls itself. */
const STORED_AS = {
  text: /^(text|n?(var)?char|character varying)\b/,
  uuid: /^(uuid|text|n?(var)?char)\b/,
  integer: /^(big|small)?int(eger)?\b/,
};

function* columnsOf({ dialect, kysely }: Database, table: string): Script<UsersColumn[]> {
  const query = dialect === 'sqlite' ? columnsInSqlite(table) : columnsInPostgres(table);
  const rows = yield* once(kysely, query);
  return rows.map(({ name, type, isUnique, collation }) => ({
    name: name as string,
    type: type as string,
    isUnique: isUnique === true || isUnique === 1,
    collation: collation as string | null,
  }));
}

const columnsInSqlite = (table: string) => sql<Row>`
  select name, lower(type) as type, null as collation, (
    (pk = 1 and (select max(pk) from pragma_table_info(${table})) = 1)
    or exists (
      select 1 from pragma_index_list(${table}) as i
      where i."unique" and not i.partial
        and (select json_group_array(name) from pragma_index_info(i.name)) = json_array(c.name)
    )
  ) as "isUnique"
  from pragma_table_info(${table}) as c`;

const columnsInPostgres = (table: string) => sql<Row>`
  select a.attname as name, format_type(a.atttypid, null) as type,
    (
      select format('%I.%I', n.nspname, c.collname)
      from pg_collation c join pg_namespace n on n.oid = c.collnamespace
      where c.oid = a.attcollation and a.attcollation <> t.typcollation
    ) as collation,
    exists (
      select from pg_index i
      where i.indrelid = a.attrelid and i.indisunique and i.indpred is null
        and i.indkey::text = a.attnum::text
    ) as "isUnique"
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  where a.attrelid = to_regclass(${quoted(table)}) and a.attnum > 0 and not a.attisdropped`;

function quoted(table: string): string {
  const parts = table.split('.').map((part) => `"${part.replaceAll('"', '""')}"`);
  return parts.join('.');
}
