import { sql } from 'kysely';
import type { AliasedRawBuilder, RawBuilder } from 'kysely';
import { canonical, canonicalText } from '../core/index.ts';
import type { Database, Row } from './database.ts';
import type { ColumnKind, Columns, UsersTable } from './schema.ts';

type SomeColumns = Readonly<Record<string, ColumnKind>>;

/**
 * How rows go into SQL and come out of it, so that both databases give the same bytes: ids as
 * strings, whole numbers as numbers, times as ISO 8601 in UTC, JSON with its keys in one order.
 *
 * Rows go in as ONE parameter, a JSON list, so that one row and five hundred are the same statement;
 * or, where a statement is only a call, each row's values as they are.
 */
export interface RowFormat {
  /** The select list for some columns of a table or alias. */
  select(from: string, columns: SomeColumns): AliasedRawBuilder<unknown, string>[];
  /** All rows of a table or alias as one JSON text, of each a list of some columns. */
  list(from: string, columns: Readonly<Record<string, 'text' | 'json'>>): RawBuilder<string | null>;
  /** A list parameter's rows, as a table expression. */
  items(list: RawBuilder<string>): AliasedRawBuilder<Row, 'item'>;
  /** A column's value in the current item, ready to be stored or compared. */
  item(name: string, kind: ColumnKind): RawBuilder<unknown>;
  /** Writes rows as a list parameter; of each just the columns named. */
  encode(columns: SomeColumns, rows: readonly object[]): string;
  /** A row's values as parameters; of the columns named, null where it has none. */
  values(columns: SomeColumns, row: object): Row;
  /** Makes what was selected with `select` a domain row, in place. */
  decode<R extends object>(columns: Columns<R>, row: Row): R;
  /** A user id as a parameter; null, which equals nothing, when no user can have it. */
  user(id: string): string | null;
}

/** Makes the format of a database whose users have keys of some type. */
export function createRowFormat({ dialect }: Database, { type }: UsersTable): RowFormat {
  const isSqlite = dialect === 'sqlite';
  const { decoders, userId } = isSqlite ? SQLITE : POSTGRES;
  const casts = { ...POSTGRES.casts, user: POSTGRES.users[type] };
  const selected = (kind: ColumnKind, column: RawBuilder<unknown>) => {
    if (isSqlite && kind === 'user' && type === 'integer') return sql`cast(${column} as text)`;
    if (!isSqlite && (kind === 'user' || kind === 'json')) return sql`${column}::text`;
    return column;
  };
  const user = (id: string) => (userId[type].test(id) ? id : null);
  const values = (columns: SomeColumns, row: object) => {
    const encoded: Row = {};
    for (const name in columns) {
      const kind = columns[name]!;
      const value = (row as Row)[name] ?? null;
      encoded[name] =
        kind === 'user' ? user(value as string) : kind === 'json' ? jsonText(value) : value;
    }
    return encoded;
  };
  return {
    user,
    select: (from, columns) =>
      Object.entries<ColumnKind>(columns).map(([name, kind]) =>
        selected(kind, sql.ref(`${from}.${columnName(name)}`)).as(name),
      ),
    list: (from, columns) => {
      const values = Object.entries(columns).map(([name, kind]) => {
        const column = sql.ref(`${from}.${columnName(name)}`);
        if (!isSqlite) return column;
        // As it stands: SQLite's own JSON lists would parse what is JSON already.
        return kind === 'json' ? sql`coalesce(${column}, 'null')` : sql`json_quote(${column})`;
      });
      if (!isSqlite) return sql`json_agg(json_build_array(${sql.join(values)}))::text`;
      const row = sql`'[' || ${sql.join(values, sql` || ',' || `)} || ']'`;
      return sql`'[' || group_concat(${row}) || ']'`;
    },
    items: (list) =>
      (isSqlite ? sql<Row>`json_each(${list})` : sql<Row>`jsonb_array_elements(${list}::jsonb)`).as(
        'item',
      ),
    item: (name, kind) => {
      const value = sql`item.value ->> ${sql.lit(name)}`;
      return isSqlite ? value : sql`(${value})::${sql.raw(casts[kind])}`;
    },
    // JSON as text within the text: what is taken out of a list is then JSON, a string included.
    encode: (columns, rows) => JSON.stringify(rows.map((row) => values(columns, row))),
    values,
    decode: <R extends object>(columns: Columns<R>, row: Row) => {
      const kinds: SomeColumns = columns;
      for (const name in kinds) {
        const decoder = decoders[kinds[name]!];
        if (decoder && row[name] !== null) row[name] = decoder(row[name]);
      }
      return row as R;
    },
  };
}

/** The name of a column in SQL. */
export function columnName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const jsonText = (value: unknown) => (value === null ? null : canonicalText(value));

type Decoders = { readonly [K in ColumnKind]?: (value: unknown) => unknown };

const ANY = /^/;
const INTEGER = /^(0|-?[1-9]\d{0,17})$/;

const SQLITE = {
  decoders: { json: (value) => JSON.parse(value as string) as unknown } as Decoders,
  userId: { text: ANY, uuid: ANY, integer: INTEGER },
};

const POSTGRES = {
  casts: { text: 'text', integer: 'bigint', time: 'timestamptz', json: 'jsonb' },
  users: { text: 'text', uuid: 'uuid', integer: 'bigint' },
  userId: {
    text: ANY,
    // As PostgreSQL writes them; it would take other spellings too, and then answer with this one.
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    integer: INTEGER,
  },
  decoders: {
    integer: Number,
    time: (value) => new Date(value as Date | string).toISOString(),
    // jsonb sorts keys in a way of its own.
    json: (value) => canonical(JSON.parse(value as string)),
  } as Decoders,
};
