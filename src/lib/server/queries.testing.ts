import type { DatabaseKind } from '../../../tests/support/databases.ts';
import type { Database, Script } from './database.ts';
import { viaKysely } from './kysely.ts';
import { migrate } from './migrate.ts';
import { createQueries } from './queries.ts';
import type { Queries } from './queries.ts';
import type { CertificateRow, DeviceRow, OperationRow, ProgressRow, UsersTable } from './schema.ts';

/** The ways in which an adopter may bring a database. */
export const ACCESSES = ['its own driver', 'an existing Kysely'] as const;

/** An empty store and what tests do with it. */
export interface Store {
  database: Database;
  queries: Queries;
  read: <T>(script: Script<T>) => Promise<T>;
  write: <T>(script: Script<T>) => Promise<T>;
}

/** Makes a database with users who have the keys given, and nothing else. */
export async function openStore(
  kind: DatabaseKind,
  access: (typeof ACCESSES)[number],
  { type = 'text', keys = [] }: { type?: UsersTable['type']; keys?: readonly unknown[] } = {},
): Promise<Store> {
  const own = await kind.open();
  const database = access === 'its own driver' ? own : viaKysely(own.kysely);
  // Their keys are all that these users have, so they stand for the names too.
  const users: UsersTable = { table: 'users', key: 'id', type, name: 'id' };
  await createUsers(database, users, keys);
  await migrate(database, users);
  return {
    database,
    queries: createQueries(database, users),
    read: (script) => database.read(() => script),
    write: (script) => database.write(() => script),
  };
}

/** Makes a users table. */
export async function createUsers(
  { kysely, dialect }: Database,
  { table, key, type }: UsersTable,
  keys: readonly unknown[] = [],
): Promise<void> {
  const column = dialect === 'sqlite' && type === 'uuid' ? 'text' : type;
  await kysely.schema
    .createTable(table)
    .addColumn(key, column, (each) => each.primaryKey())
    .execute();
  if (keys.length === 0) return;
  await kysely
    .insertInto(table)
    .values(keys.map((value) => ({ [key]: value })))
    .execute();
}

/** A row with every column filled that a unit's row fills. */
export const row: ProgressRow = {
  id: 'row-1',
  userId: 'ann',
  contentId: 'intro',
  contentType: 'lesson',
  status: 'completed',
  completedAt: '2026-03-01T10:20:30.400Z',
  startedAt: '2026-03-01T10:00:00.000Z',
  lastAccessedAt: '2026-03-02T00:00:00.001Z',
  completedBy: 'button',
  progressPercentage: 100,
  score: 70,
  data: { at: 12 },
  timeSpentMs: 9_007_199_254_740_991,
  revision: 1,
  state: { epoch: 0 },
  rollUp: null,
  updatedAt: '2026-03-02T00:00:00.001Z',
};

/** As far as numbers go. */
export const device: DeviceRow = {
  userId: 'ann',
  deviceId: 'phone-12',
  lastSeq: 9_007_199_254_740_991,
  lastEffectiveAt: '2026-03-02T00:00:00.000Z',
};

/** An entry of the log, made by a clock at the end of time. */
export const operation: OperationRow = {
  userId: 'ann',
  deviceId: 'phone-12',
  seq: 7,
  contentId: 'intro',
  kind: 'completed',
  payload: { version: 1, by: 'button' },
  at: 8.64e15,
  effectiveAt: '2026-03-01T10:20:30.400Z',
  receivedAt: '2026-03-02T00:00:00.000Z',
};

/** A certificate. */
export const certificate: CertificateRow = {
  id: 'certificate-1',
  userId: 'ann',
  courseId: 'web',
  issuedAt: '2026-03-03T00:00:00.000Z',
  learnerName: 'Ann É.',
  courseTitle: 'The Web',
  courseVersion: 2,
};
