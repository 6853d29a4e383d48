import { sql } from 'kysely';
import type { ItemState, RollUp } from '../core/index.ts';
import type { AnyKysely, Script } from './database.ts';
import type { RowFormat } from './row-format.ts';
import { USER_PROGRESS } from './schema.ts';
import type { ProgressRow } from './schema.ts';
import { prepare } from './statement.ts';

/** Of a row of `user_progress`: its content id, item state and roll-up. */
export type StateRow = [contentId: string, state: ItemState | null, rollUp: RollUp | null];

/** The SQL that reads one learner's rows of `user_progress`, each in one statement. */
export interface LearnerQueries {
  /** All rows of a learner by content id, and the revision that they add up to, as of one moment. */
  learnerRows(userId: string): Script<{ revision: number; rows: ProgressRow[] }>;
  /** What a learner's book is made of, by content id, as of one moment: all that summaries need. */
  learnerStates(userId: string): Script<StateRow[]>;
  /**
   * Tells the rows of a learner from those of any other moment: the revision, and the id of a row
   * that was written with it. After everything was erased revisions come again; ids do not.
   */
  learnerVersion(userId: string): Script<{ revision: number; rowId: string | null }>;
  /** A learner's rows by (revision, content id), from the first one after those given. */
  changedRows(
    userId: string,
    after: { revision: number; contentId: string },
    limit: number,
  ): Script<ProgressRow[]>;
  /** The content ids that were in no catalogue when their rows were written. */
  unknownContentIds(userId: string): Script<string[]>;
}

/** Makes the queries that read one learner's rows; each statement is compiled here, once. */
export function createLearnerQueries(kysely: AnyKysely, format: RowFormat): LearnerQueries {
  return {
    learnerRows: learnerRows(kysely, format),
    learnerStates: learnerStates(kysely, format),
    learnerVersion: learnerVersion(kysely, format),
    changedRows: changedRows(kysely, format),
    unknownContentIds: unknownContentIds(kysely, format),
  };
}

/** All rows of a learner and the learner's revision in one statement, so as of one moment. */
function learnerRows(kysely: AnyKysely, format: RowFormat): LearnerQueries['learnerRows'] {
  const { columns } = USER_PROGRESS;
  const run = prepare<{ user: string | null }>(kysely, 'learner_rows', (p) =>
    kysely
      .selectFrom('progress_learners as learner')
      .leftJoin('user_progress as found', 'found.user_id', 'learner.user_id')
      .select('learner.revision as learnerRevision')
      .select(format.select('found', columns))
      .where('learner.user_id', '=', p('user'))
      .orderBy('found.content_id'),
  );
  return function* (userId) {
    const rows = yield* run({ user: format.user(userId) });
    const revision = Number(rows[0]?.['learnerRevision'] ?? 0);
    const isEmpty = rows[0]?.['id'] === null;
    return {
      revision,
      rows: (isEmpty ? [] : rows).map(({ learnerRevision, ...row }) => format.decode(columns, row)),
    };
  };
}

/**
 * All rows as one text, because it is read for whole courses: five hundred small texts take three
 * times as long to fetch and parse.
 */
function learnerStates(kysely: AnyKysely, format: RowFormat): LearnerQueries['learnerStates'] {
  const run = prepare<{ user: string | null }>(kysely, 'learner_states', (p) =>
    kysely
      .selectFrom((query) =>
        query
          .selectFrom('user_progress')
          .select(['content_id', 'state', 'roll_up'])
          .where('user_id', '=', p('user'))
          .orderBy('content_id')
          .as('kept'),
      )
      .select(format.list('kept', { contentId: 'text', state: 'json', rollUp: 'json' }).as('list')),
  );
  return function* (userId) {
    const [row] = yield* run({ user: format.user(userId) });
    return JSON.parse((row!['list'] as string | null) ?? '[]') as StateRow[];
  };
}

function learnerVersion(kysely: AnyKysely, format: RowFormat): LearnerQueries['learnerVersion'] {
  const run = prepare<{ user: string | null }>(kysely, 'learner_version', (p) =>
    kysely
      .selectFrom('progress_learners as learner')
      .select('learner.revision')
      .select((query) =>
        query
          .selectFrom('user_progress as found')
          .select('found.id')
          .whereRef('found.user_id', '=', 'learner.user_id')
          .whereRef('found.revision', '=', 'learner.revision')
          .orderBy('found.content_id')
          .limit(1)
          .as('rowId'),
      )
      .where('learner.user_id', '=', p('user')),
  );
  return function* (userId) {
    const [row] = yield* run({ user: format.user(userId) });
    return {
      revision: Number(row?.['revision'] ?? 0),
      rowId: (row?.['rowId'] ?? null) as string | null,
    };
  };
}

function changedRows(kysely: AnyKysely, format: RowFormat): LearnerQueries['changedRows'] {
  const run = prepare<{
    user: string | null;
    revision: number;
    contentId: string;
    limit: number;
  }>(kysely, 'changed_rows', (p) =>
    kysely
      .selectFrom('user_progress as found')
      .select(format.select('found', USER_PROGRESS.columns))
      .where('user_id', '=', p('user'))
      .where(sql<boolean>`(revision, content_id) > (${p('revision')}, ${p('contentId')})`)
      .orderBy('revision')
      .orderBy('content_id')
      .limit(p('limit')),
  );
  return function* (userId, after, limit) {
    const rows = yield* run({ user: format.user(userId), ...after, limit });
    return rows.map((row) => format.decode(USER_PROGRESS.columns, row));
  };
}

function unknownContentIds(
  kysely: AnyKysely,
  format: RowFormat,
): LearnerQueries['unknownContentIds'] {
  const run = prepare<{ user: string | null }>(kysely, 'unknown_content_ids', (p) =>
    kysely
      .selectFrom('user_progress')
      .select('content_id as contentId')
      .where('user_id', '=', p('user'))
      .where('content_type', 'is', null)
      .orderBy('content_id'),
  );
  return function* (userId) {
    const rows = yield* run({ user: format.user(userId) });
    return rows.map(({ contentId }) => contentId as string);
  };
}
