import { sql } from 'kysely';
import type { ColumnDefinitionBuilder, RawBuilder, SchemaModule } from 'kysely';
import type { Database } from './database.ts';
import type { UsersTable } from './schema.ts';
import type { Query } from './statement.ts';

/** What a migration is written for. */
export interface Target {
  dialect: Database['dialect'];
  schema: SchemaModule;
  users: UsersTable;
  /** The collation that the users' key has of its own, quoted; PostgreSQL only. */
  collation: string | null;
}

/** All that was ever done to the tables, in order. A released entry is never edited, only followed. */
export const MIGRATIONS: readonly ((target: Target) => Query[])[] = [
  (target) => [
    ...versionTable(target),
    learnersTable(target),
    ...progressTable(target),
    operationsTable(target),
    devicesTable(target),
    certificatesTable(target),
  ],
  (target) => [attemptsIndex(target)],
];

function versionTable(target: Target): Query[] {
  const { count } = columnsFor(target);
  return [
    target.schema
      .createTable('progress_schema')
      .addColumn(...count('version'))
      // Raised to see whether the database takes writes.
      .addColumn(...count('touched'))
      .modifyEnd(storage(target)),
    sql`insert into progress_schema (version, touched) values (0, 0)`,
  ];
}

function learnersTable(target: Target): Query {
  const { user, count } = columnsFor(target);
  return target.schema
    .createTable('progress_learners')
    .addColumn(...user())
    .addColumn(...count('revision'))
    .addColumn('time_zone', 'text')
    .addColumn('counted_as', 'text')
    .addPrimaryKeyConstraint('progress_learners_key', ['user_id'])
    .modifyEnd(storage(target, 'by key'));
}

function progressTable(target: Target): Query[] {
  const { user, id, count, time, json } = columnsFor(target);
  return [
    target.schema
      .createTable('user_progress')
      .addColumn(...id('id'))
      .addColumn(...user())
      .addColumn(...id('content_id'))
      .addColumn('content_type', 'text', (column) =>
        column.check(isOneOf('content_type', ['theme', 'course', 'module', 'lesson', 'exercise'])),
      )
      .addColumn('status', 'text', (column) =>
        column.notNull().check(isOneOf('status', ['not-started', 'in-progress', 'completed'])),
      )
      .addColumn(...time('completed_at'))
      .addColumn(...time('started_at'))
      .addColumn(...time('last_accessed_at'))
      .addColumn('completed_by', 'text')
      .addColumn('progress_percentage', 'integer', (column) =>
        column.notNull().check(sql`progress_percentage between 0 and 100`),
      )
      .addColumn('score', 'integer', (column) => column.check(sql`score between 0 and 100`))
      .addColumn(...json('data'))
      .addColumn(...count('time_spent_ms'))
      .addColumn(...count('revision'))
      .addColumn(...json('state'))
      .addColumn(...json('roll_up'))
      .addColumn(...time('updated_at', required))
      .addPrimaryKeyConstraint('user_progress_key', ['id'])
      .addUniqueConstraint('user_progress_once', ['user_id', 'content_id'])
      .modifyEnd(storage(target)),
    target.schema
      .createIndex('user_progress_changes')
      .on('user_progress')
      .columns(['user_id', 'revision', 'content_id']),
  ];
}

function operationsTable(target: Target): Query {
  const { user, id, count, time, json } = columnsFor(target);
  return target.schema
    .createTable('progress_operations')
    .addColumn(...user())
    .addColumn(...id('device_id'))
    .addColumn(...count('seq'))
    .addColumn(...id('content_id'))
    .addColumn('kind', 'text', required)
    .addColumn(...json('payload', required))
    .addColumn(...count('at'))
    .addColumn(...time('effective_at', required))
    .addColumn(...time('received_at', required))
    .addPrimaryKeyConstraint('progress_operations_key', ['user_id', 'device_id', 'seq'])
    .modifyEnd(storage(target, 'by key'));
}

/** What is asked of the log most: how often a learner tried an exercise. */
function attemptsIndex({ schema }: Target): Query {
  return schema
    .createIndex('progress_operations_attempts')
    .on('progress_operations')
    .columns(['user_id', 'content_id'])
    .where(sql<boolean>`kind = 'attempted'`);
}

function devicesTable(target: Target): Query {
  const { user, id, count, time } = columnsFor(target);
  return target.schema
    .createTable('progress_devices')
    .addColumn(...user())
    .addColumn(...id('device_id'))
    .addColumn(...count('last_seq'))
    .addColumn(...time('last_effective_at', required))
    .addPrimaryKeyConstraint('progress_devices_key', ['user_id', 'device_id'])
    .modifyEnd(storage(target, 'by key'));
}

function certificatesTable(target: Target): Query {
  const { user, id, count, time } = columnsFor(target);
  return target.schema
    .createTable('certificates')
    .addColumn(...id('id'))
    .addColumn(...user())
    .addColumn(...id('course_id'))
    .addColumn(...time('issued_at', required))
    .addColumn('learner_name', 'text', required)
    .addColumn('course_title', 'text', required)
    .addColumn(...count('course_version'))
    .addPrimaryKeyConstraint('certificates_key', ['id'])
    .addUniqueConstraint('certificates_once', ['user_id', 'course_id'])
    .modifyEnd(storage(target));
}

type Build = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
type Column = [name: string, type: RawBuilder<unknown>, build: Build];

const required: Build = (column) => column.notNull();
const nullable: Build = (column) => column;

/** The columns that the two databases spell differently. */
function columnsFor({ dialect, users, collation }: Target) {
  const isSqlite = dialect === 'sqlite';
  return {
    /** Refers to the user, goes with the user, and leads an index of each table. */
    user: (): Column => [
      'user_id',
      isSqlite ? sql.raw(SQLITE_USER[users.type]) : postgresUser(users, collation),
      (column) => column.notNull().references(`${users.table}.${users.key}`).onDelete('cascade'),
    ],
    /** Compared byte by byte, whatever the language of the database. */
    id: (name: string): Column => [name, isSqlite ? sql`text` : sql`text collate "C"`, required],
    count: (name: string): Column => [
      name,
      isSqlite ? sql`integer` : sql`bigint`,
      (column) => column.notNull().check(sql`${sql.ref(name)} >= 0`),
    ],
    // SQLite keeps times and JSON as text: what PostgreSQL's types refuse, checks refuse there.
    time: (name: string, build = nullable): Column =>
      isSqlite
        ? [name, sql`text`, (column) => build(column).check(isTime(name))]
        : [name, sql`timestamptz`, build],
    json: (name: string, build = nullable): Column =>
      isSqlite
        ? [name, sql`text`, (column) => build(column).check(sql`json_valid(${sql.ref(name)})`)]
        : [name, sql`jsonb`, build],
  };
}

const SQLITE_USER = { text: 'text', uuid: 'text', integer: 'integer' };

const isTime = (name: string) => sql`${sql.ref(name)} like '____-__-__T__:__:__.___Z'`;

/** Not `in (…)`: SQLite fills a table with the words anew for every row that it checks. */
const isOneOf = (name: string, words: readonly string[]) =>
  sql.join(
    words.map((word) => sql`${sql.ref(name)} = ${sql.lit(word)}`),
    sql` or `,
  );

/** Of another collation than the key that it refers to, no index would serve a user's deletion. */
function postgresUser({ type }: UsersTable, collation: string | null): RawBuilder<unknown> {
  if (type !== 'text') return sql.raw(type === 'uuid' ? 'uuid' : 'bigint');
  return collation === null ? sql`text` : sql`text collate ${sql.raw(collation)}`;
}

/** How SQLite stores the table: typed as it was declared, and, `by key`, as one tree. */
function storage({ dialect }: Target, order?: 'by key'): RawBuilder<unknown> {
  if (dialect === 'postgres') return sql``;
  return order === 'by key' ? sql`strict, without rowid` : sql`strict`;
}
