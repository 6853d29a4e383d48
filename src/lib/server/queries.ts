import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { createCertificateQueries } from './certificate-queries.ts';
import type { CertificateQueries } from './certificate-queries.ts';
import type { AnyKysely, Database, Script } from './database.ts';
import { createLearnerQueries } from './learner-queries.ts';
import type { LearnerQueries } from './learner-queries.ts';
import { createRowFormat } from './row-format.ts';
import type { RowFormat } from './row-format.ts';
import { CERTIFICATES, DEVICES, LEARNERS, OPERATIONS, USER_PROGRESS } from './schema.ts';
import type {
  CertificateRow,
  DeviceRow,
  LearnerRow,
  OperationRow,
  ProgressRow,
  UsersTable,
} from './schema.ts';
import { prepare } from './statement.ts';
import { createTableStatements, replacing } from './table-statements.ts';

/** Names a row of `user_progress`. */
export type ProgressKey = Pick<ProgressRow, 'userId' | 'contentId'>;

/** Names a row of `progress_devices`. */
export type DeviceKey = Pick<DeviceRow, 'userId' | 'deviceId'>;

/** Names a row of `progress_operations`. */
export type OperationKey = Pick<OperationRow, 'userId' | 'deviceId' | 'seq'>;

/** All that is kept of one learner. */
export interface LearnerExport {
  learner: LearnerRow | undefined;
  progress: ProgressRow[];
  operations: OperationRow[];
  devices: DeviceRow[];
  certificates: CertificateRow[];
}

/**
 * All SQL of the library, as scripts for `Database.read` and `Database.write`.
 *
 * Lists may be empty or long, and name each key once; what is found comes in the order asked for,
 * what is not there is left out.
 */
export interface Queries extends LearnerQueries, CertificateQueries {
  /**
   * Locks the learners until the transaction ends, in one order whatever that of the ids, so that
   * transactions wait for one another and never in a circle. Learners that are new are made first;
   * for a user who does not exist this throws (see `isMissingUser`). Comes before anything that the
   * transaction reads.
   */
  lockLearners(userIds: readonly string[]): Script<LearnerRow[]>;
  learner(userId: string): Script<LearnerRow | undefined>;
  rows(keys: readonly ProgressKey[]): Script<ProgressRow[]>;
  devices(keys: readonly DeviceKey[]): Script<DeviceRow[]>;
  operations(keys: readonly OperationKey[]): Script<OperationRow[]>;
  /** The names of a learner's attempts under some content ids, each once, in no order. */
  attemptIds(userId: string, contentIds: readonly string[]): Script<string[]>;
  /** A learner's attempts under some content ids, the latest first. */
  attempts(userId: string, contentIds: readonly string[], limit: number): Script<OperationRow[]>;
  /** The same, but all that were judged first, then the earliest. */
  attemptsToJudge: Queries['attempts'];
  /** The content ids of a learner's attempts that no catalogue here held when they came in. */
  claimedAttemptContentIds(userId: string): Script<string[]>;
  insertOperations(rows: readonly OperationRow[]): Script<void>;
  /** Creates or replaces rows; one that exists keeps its id. */
  saveRows(rows: readonly ProgressRow[]): Script<void>;
  saveDevices(rows: readonly DeviceRow[]): Script<void>;
  /** Writes revisions; what else is absent stays. */
  saveLearners(
    rows: readonly (Pick<LearnerRow, 'userId' | 'revision'> & Partial<LearnerRow>)[],
  ): Script<void>;
  /** Deletes all that is kept of a learner. Their revision begins again at 0. */
  erase(userId: string): Script<void>;
  exportAll(userId: string): Script<LearnerExport>;
  /** Writes one row for the sake of it: fails as every write would. */
  touch(): Script<void>;
}

/** Makes the queries of a database; each statement is compiled here, once. */
export function createQueries(database: Database, users: UsersTable): Queries {
  const { kysely } = database;
  const format = createRowFormat(database, users);
  const statements = createTableStatements(database, format);
  const { find, lock, insert, ofLearner, erase } = statements;
  const certificateQueries = createCertificateQueries(database, { users, format, statements });

  const findLearners = find(LEARNERS);
  const lockExisting = lock(LEARNERS);
  const createLearners = insert(LEARNERS, sql`on conflict do nothing`);
  const erasers = [LEARNERS, USER_PROGRESS, OPERATIONS, DEVICES, CERTIFICATES].map(({ name }) =>
    erase(name),
  );
  const readProgress = ofLearner(USER_PROGRESS);
  const readOperations = ofLearner(OPERATIONS);
  const readDevices = ofLearner(DEVICES);
  const touch = prepare(kysely, 'touch', () =>
    kysely.updateTable('progress_schema').set({ touched: sql`touched + 1` }),
  );

  function* learner(userId: string): Script<LearnerRow | undefined> {
    const [row] = yield* findLearners([{ userId }]);
    return row;
  }

  return {
    ...createLearnerQueries(kysely, format),
    ...certificateQueries,
    learner,
    *lockLearners(userIds) {
      const keys = [...new Set(userIds)].sort(byteOrder).map((userId) => ({ userId }));
      for (;;) {
        const learners = yield* lockExisting(keys);
        if (learners.length === keys.length) return learners;
        // None is locked while one is missing: whoever makes it too can be waited for.
        yield* createLearners(keys.map((key) => ({ ...key, revision: 0 })));
      }
    },
    rows: find(USER_PROGRESS),
    devices: find(DEVICES),
    operations: find(OPERATIONS),
    attemptIds: attemptIds(kysely, format),
    attempts: attempts(kysely, format, {
      name: 'attempts',
      order: sql`found.effective_at desc, found.received_at desc, found.device_id, found.seq desc`,
    }),
    attemptsToJudge: attempts(kysely, format, {
      name: 'attempts_to_judge',
      order: sql`
        case when found.payload ->> 'judgement' is null then 1 else 0 end,
        found.effective_at, found.received_at, found.device_id desc, found.seq`,
    }),
    claimedAttemptContentIds: claimedAttemptContentIds(kysely, format),
    insertOperations: insert(OPERATIONS),
    saveRows: insert(USER_PROGRESS, replacing(USER_PROGRESS, ['id'])),
    saveDevices: insert(DEVICES, replacing(DEVICES)),
    saveLearners: insert(
      LEARNERS,
      sql`
      on conflict (user_id) do update set
        revision = excluded.revision,
        time_zone = coalesce(excluded.time_zone, progress_learners.time_zone),
        counted_as = coalesce(excluded.counted_as, progress_learners.counted_as)`,
    ),
    *erase(userId) {
      // The learner first: that row is the lock for which a writer of theirs waits.
      for (const eraseFrom of erasers) yield* eraseFrom(userId);
    },
    *exportAll(userId) {
      return {
        learner: yield* learner(userId),
        progress: yield* readProgress(userId),
        operations: yield* readOperations(userId),
        devices: yield* readDevices(userId),
        certificates: yield* certificateQueries.certificatesOf(userId),
      };
    },
    *touch() {
      yield* touch({});
    },
  };
}

/** The attempts in the log under a list of content ids, as `from … where`. */
function attemptsUnder(
  format: RowFormat,
  p: (parameter: 'user' | 'ids') => RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    from ${format.items(p('ids') as RawBuilder<string>)}
    cross join progress_operations as found
    where found.user_id = ${p('user')} and found.kind = 'attempted'
      and found.content_id = ${format.item('contentId', 'text')}`;
}

function encodeIds(format: RowFormat, contentIds: readonly string[]): string {
  const keys = contentIds.map((contentId) => ({ contentId }));
  return format.encode({ contentId: 'text' }, keys);
}

function attemptIds(kysely: AnyKysely, format: RowFormat): Queries['attemptIds'] {
  const run = prepare<{ user: string | null; ids: string }>(
    kysely,
    'attempt_ids',
    (p) => sql`select distinct found.payload ->> 'attempt' as id ${attemptsUnder(format, p)}`,
  );
  return function* (userId, contentIds) {
    const rows = yield* run({ user: format.user(userId), ids: encodeIds(format, contentIds) });
    return rows.map(({ id }) => id as string);
  };
}

function attempts(
  kysely: AnyKysely,
  format: RowFormat,
  { name, order }: { name: string; order: RawBuilder<unknown> },
): Queries['attempts'] {
  const { columns } = OPERATIONS;
  const run = prepare<{ user: string | null; ids: string; limit: number }>(
    kysely,
    name,
    (p) => sql`
      select ${sql.join(format.select('found', columns))} ${attemptsUnder(format, p)}
      order by ${order} limit ${p('limit')}`,
  );
  return function* (userId, contentIds, limit) {
    const ids = encodeIds(format, contentIds);
    const rows = yield* run({ user: format.user(userId), ids, limit });
    return rows.map((row) => format.decode(columns, row));
  };
}

function claimedAttemptContentIds(
  kysely: AnyKysely,
  format: RowFormat,
): Queries['claimedAttemptContentIds'] {
  const run = prepare<{ user: string | null }>(
    kysely,
    'claimed_attempts',
    (p) => sql`
      select distinct content_id as id from progress_operations
      where user_id = ${p('user')} and kind = 'attempted'
        and payload ->> 'claimed' is not null and payload ->> 'judgement' is null
      order by content_id`,
  );
  return function* (userId) {
    const rows = yield* run({ user: format.user(userId) });
    return rows.map(({ id }) => id as string);
  };
}

/** Orders user ids in the one way in which all processes lock them. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
