import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createCatalogue } from 'sveltekit-cairn';
import { createProgressServer, sqlite } from 'sveltekit-cairn/server';
import { median, ROUNDS } from './compare.ts';
import { courseOf } from './course.ts';

/** How much is there before anything is measured. */
interface Scale {
  /** In the course. */
  units: number;
  /** With progress in the table. */
  learners: number;
}

/** One progress server on a fresh SQLite file, ready to be measured again and again. */
interface Subject {
  /** Microseconds per update, over one round. */
  round(): Promise<number>;
  close(): Promise<void>;
}

/** Updates of one round; together they share few commits, so that work shows and not the disk. */
const ROUND = 2000;
const ACTIVE = 50;
/** Lessons that are worked on, all in one module: a group writes as many rows whatever the scale. */
const LESSONS = 9;

/** Prints what an update costs at two scales, and how much more at the larger. */
export async function growth(
  name: string,
  small: Partial<Scale>,
  large: Partial<Scale>,
): Promise<void> {
  const usual = { units: 100, learners: 100 };
  const subjects = [
    await subjectAt({ ...usual, ...small }),
    await subjectAt({ ...usual, ...large }),
  ];
  const times: number[][] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [n, subject] of subjects.entries()) {
      const time = await subject.round();
      if (round > 0) times[n]!.push(time);
    }
  }
  await Promise.all(subjects.map((subject) => subject.close()));
  const [few, many] = times.map(median) as [number, number];
  console.log(
    `${name}: ${few.toFixed(0)} µs an update, then ${many.toFixed(0)} µs: × ${(many / few).toFixed(2)}`,
  );
}

/** Fills a database to a scale. */
async function subjectAt({ units, learners }: Scale): Promise<Subject> {
  const dir = mkdtempSync(join(tmpdir(), 'growth-'));
  const database = sqlite(join(dir, 'progress.db'));
  const { kysely } = database;
  await sql`create table users (id text primary key)`.execute(kysely);
  await sql`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${learners - 1})
    insert into users select 'user-' || i from n`.execute(kysely);
  const progress = createProgressServer({
    catalogue: createCatalogue(courseOf(units)),
    database,
    identify: () => null,
  });
  await progress.migrate();
  // One learner as the rules make one, then as many copies as it takes.
  await progress.record('user-0', [{ contentId: 'lesson-0', kind: 'completed', by: 'button' }]);
  await copyLearner(database.kysely, learners);

  let turn = 0;
  const one = () => {
    const n = turn++;
    const userId = `user-${(n * 7919) % Math.min(ACTIVE, learners)}`;
    const contentId = `lesson-${Math.floor(n / ACTIVE) % LESSONS}`;
    return progress.record(userId, [{ contentId, kind: 'advanced', percentage: n % 90 }]);
  };
  return {
    round: async () => {
      const began = performance.now();
      await Promise.all(Array.from({ length: ROUND }, one));
      return (1000 * (performance.now() - began)) / ROUND;
    },
    close: async () => {
      await progress.close();
      await database.close();
      rmSync(dir, { recursive: true });
    },
  };
}

async function copyLearner(kysely: ReturnType<typeof sqlite>['kysely'], learners: number) {
  for (const table of ['progress_learners', 'user_progress', 'progress_devices']) {
    const { rows } = await sql<{ name: string }>`
      select name from pragma_table_info(${table}) where name not in ('user_id', 'id')`.execute(
      kysely,
    );
    const columns = rows.map(({ name }) => sql.ref(name));
    const id = table === 'user_progress';
    const into = [...(id ? [sql.ref('id')] : []), sql.ref('user_id'), ...columns];
    const from = [...(id ? [sql`t.id || i`] : []), sql`'user-' || i`, ...columns];
    await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${learners - 1})
      insert into ${sql.table(table)} (${sql.join(into)})
      select ${sql.join(from)} from n join ${sql.table(table)} t on t.user_id = 'user-0'
      where ${learners} > 1`.execute(kysely);
  }
}
