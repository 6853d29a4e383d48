import { sql } from 'kysely';
import type { Database, Script } from './database.ts';
import type { RowFormat } from './row-format.ts';
import { CERTIFICATES } from './schema.ts';
import type { CertificateRow, UsersTable } from './schema.ts';
import { prepare } from './statement.ts';
import type { createTableStatements } from './table-statements.ts';

/** Names a row of `certificates` by whose it is and what for. */
export type CertificateKey = Pick<CertificateRow, 'userId' | 'courseId'>;

/** The SQL of certificates. */
export interface CertificateQueries {
  /** The names of users as they are now, by user id; none of a user whose name is null. */
  learnerNames(userIds: readonly string[]): Script<Map<string, string>>;
  /** The certificate with this id. */
  certificate(id: string): Script<CertificateRow | undefined>;
  /** All of a learner, by course id. */
  certificatesOf(userId: string): Script<CertificateRow[]>;
  /** Those that are there for some learners and courses. */
  certificatesFor(keys: readonly CertificateKey[]): Script<CertificateRow[]>;
  /** Creates certificates; one that is there for the same learner and course stays. */
  insertCertificates(rows: readonly CertificateRow[]): Script<void>;
}

/** Makes the queries of certificates; each statement is compiled here, once. */
export function createCertificateQueries(
  database: Database,
  context: {
    users: UsersTable;
    format: RowFormat;
    statements: ReturnType<typeof createTableStatements>;
  },
): CertificateQueries {
  const { format, statements } = context;
  const byId = prepare<{ id: string }>(database.kysely, 'certificate', (p) =>
    database.kysely
      .selectFrom('certificates as found')
      .select(format.select('found', CERTIFICATES.columns))
      .where('found.id', '=', p('id')),
  );
  return {
    learnerNames: learnerNames(database, context),
    *certificate(id) {
      const [row] = yield* byId({ id });
      return row && format.decode(CERTIFICATES.columns, row);
    },
    certificatesOf: statements.ofLearner(CERTIFICATES),
    certificatesFor: statements.find(CERTIFICATES),
    insertCertificates: statements.insert(CERTIFICATES, sql`on conflict do nothing`),
  };
}

function learnerNames(
  { kysely }: Database,
  { users, format }: { users: UsersTable; format: RowFormat },
): CertificateQueries['learnerNames'] {
  const { table, key, name } = users;
  const run =
    name !== undefined &&
    prepare<{ keys: string }>(kysely, 'learner_names', (p) => {
      const found = sql`
        select cast(${sql.ref(`found.${name}`)} as text) from ${sql.table(table)} as found
        where ${sql.ref(`found.${key}`)} = ${format.item('userId', 'user')}`;
      return sql`
        select item.value ->> 'userId' as "userId", (${found}) as name
        from ${format.items(p('keys'))}`;
    });
  return function* (userIds) {
    const names = new Map<string, string>();
    if (!run || userIds.length === 0) return names;
    const keys = userIds.map((userId) => ({ userId }));
    for (const row of yield* run({ keys: format.encode({ userId: 'user' }, keys) })) {
      if (row['name'] !== null) names.set(String(row['userId']), row['name'] as string);
    }
    return names;
  };
}
