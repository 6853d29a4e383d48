import type { Activity, Work } from '../core/index.ts';
import { activityOf, isTimeZone } from '../core/index.ts';
import type { Database, Script } from './database.ts';
import type { Queries } from './queries.ts';
import { createRowFormat } from './row-format.ts';
import type { UsersTable } from './schema.ts';
import { prepare } from './statement.ts';

/** The days of learners, each by their own calendar. */
export interface Calendar {
  /** The learner's IANA time zone; null while none was set. */
  timeZone(userId: string): Promise<string | null>;
  /**
   * Keeps a learner's time zone.
   *
   * @throws RangeError for a name that is no time zone (see `isTimeZone`).
   */
  setTimeZone(userId: string, timeZone: string): Promise<void>;
  /**
   * The days on which a learner completed a unit or attempted an exercise, and their streak, by the
   * time zone kept with them; by UTC while none was set. What was undone or started again later was
   * done nevertheless.
   */
  activity(userId: string): Promise<Activity>;
}

/** What a calendar is made of. */
interface CalendarOptions {
  database: Database;
  users: UsersTable;
  queries: Queries;
  /** The clock, in milliseconds since 1970. */
  now: () => number;
}

/** Makes the calendar of all learners. */
export function createCalendar({ database, users, queries, now }: CalendarOptions): Calendar {
  const work = createWorkQuery(database, users);

  const timeZone = async (userId: string) => {
    const learner = await database.read(() => queries.learner(userId));
    return learner?.timeZone ?? null;
  };

  return {
    timeZone,

    setTimeZone: async (userId, timeZone) => {
      if (!isTimeZone(timeZone)) {
        throw new RangeError(`"${timeZone}" is no IANA time zone: check it with isTimeZone.`);
      }
      await database.write(function* () {
        const [learner] = yield* queries.lockLearners([userId]);
        yield* queries.saveLearners([{ userId, revision: learner!.revision, timeZone }]);
      });
    },

    activity: async (userId) => {
      const zone = await timeZone(userId);
      const done = await database.read(() => work(userId));
      return activityOf(done, { now: now(), timeZone: zone ?? 'UTC' });
    },
  };
}

/** What of the log makes days count. It is read as one text, as item states are (learner-queries.ts). */
function createWorkQuery(
  database: Database,
  users: UsersTable,
): (userId: string) => Script<Work[]> {
  const format = createRowFormat(database, users);
  const { kysely } = database;
  const run = prepare<{ user: string | null }>(kysely, 'work', (p) =>
    kysely
      .selectFrom((query) =>
        query
          .selectFrom('progress_operations')
          .select(['content_id', 'effective_at'])
          .where('user_id', '=', p('user'))
          .where('kind', 'in', ['completed', 'attempted'])
          .as('done'),
      )
      .select(format.list('done', { contentId: 'text', effectiveAt: 'text' }).as('list')),
  );
  return function* (userId) {
    const [row] = yield* run({ user: format.user(userId) });
    const done = JSON.parse((row!['list'] as string | null) ?? '[]') as [string, string][];
    return done.map(([contentId, effectiveAt]) => ({ contentId, time: Date.parse(effectiveAt) }));
  };
}
