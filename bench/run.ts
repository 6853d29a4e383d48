// `npm run bench [-- row …]`: every figure as a ratio to something run beside it. On a machine that
// does nothing else; servers on the first core, the load on another. Writes go to the disk.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startPostgres } from '../tests/support/postgres.ts';
import { compare, ROUNDS } from './compare.ts';
import { courseOf, PER_MODULE, writeContent } from './course.ts';
import { growth } from './growth.ts';
import type { Learner } from './learners.ts';
import {
  CONNECTIONS,
  cookiesOf,
  load,
  OFFLINE,
  PER_SYNC,
  REQUESTS,
  signUpAll,
  syncRequests,
  UNITS,
} from './learners.ts';
import type { LoadRequest } from './load.ts';
import { drive } from './load.ts';
import type { Peer } from './process.ts';
import { startPeer } from './process.ts';
import { tick } from './tick.ts';

const root = join(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'bench-'));
/** Learners who come back in one round: of one alone the server is not warm before the last round. */
const COMING_BACK = 5;

/** What can be measured, by the name under which it is asked for; without a name, all of it. */
const rows: Record<string, () => Promise<void>> = {
  sqlite: () => updates('SQLite', { site: {}, bare: join(dir, 'bare.db') }),
  postgres: withPostgres,
  'by-hand': () => byHand(updatesByHand),
  summary: () => byHand(summaries),
  sync: syncs,
  tick: () => tick(join(dir, 'tick')),
  units: () => growth('units in the course', { units: 10 }, { units: 10_000 }),
  learners: () => growth('learners in the table', { learners: 100 }, { learners: 1_000_000 }),
};

const content = join(dir, 'content');
mkdirSync(content);
writeContent(courseOf(UNITS), content);
try {
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : Object.keys(rows)) {
    const row = rows[name];
    if (!row) throw new Error(`There is no row "${name}": ${Object.keys(rows).join(', ')}.`);
    await row();
  }
} finally {
  rmSync(dir, { recursive: true });
}

async function withPostgres(): Promise<void> {
  const postgres = await startPostgres({ fsync: true });
  try {
    const [siteUrl, bareUrl] = [await postgres.createDatabase(), await postgres.createDatabase()];
    await updates('PostgreSQL', { site: { DATABASE_URL: siteUrl }, bare: bareUrl });
  } finally {
    await postgres.stop();
  }
}

/** The update route as it is served, beside a bare server that does nothing but write. */
async function updates(
  name: string,
  where: { site: Record<string, string>; bare: string },
): Promise<void> {
  const site = await startSite(where.site);
  const bare = await startPeer([
    '--conditions=@sveltekit-cairn/source',
    'bench/peers/bare.ts',
    where.bare,
  ]);
  const cookies = cookiesOf(await signUpAll(site));
  const names = cookies.map((_, n) => `user-${n}`);
  await compare(`update, ${name}`, {
    ours: () => drive(site.origin, load(cookies, '/api/progress/update')),
    'bare server': () => drive(bare.origin, load(names, '/')),
  });
  await Promise.all([site.stop(), bare.stop()]);
}

/** The site, and the same routes as a developer would write them by hand with the usual tools. */
interface Rivals {
  site: Peer;
  hand: Peer;
  /** Of the routes by hand. */
  databaseFile: string;
  /** Signed up there. */
  ours: Learner[];
  theirs: Learner[];
}

async function byHand(measure: (rivals: Rivals) => Promise<void>): Promise<void> {
  const folder = join(root, 'bench/peers/handwritten');
  execFileSync('vite', ['build', '--logLevel', 'error'], { cwd: folder, stdio: 'inherit' });
  const databaseFile = join(mkdtempSync(join(dir, 'hand-')), 'hand.db');
  const port = '4199';
  const origin = `http://127.0.0.1:${port}`;
  const { stop } = await startPeer([join(folder, 'build/index.js')], {
    HOST: '127.0.0.1',
    PORT: port,
    ORIGIN: origin,
    DATABASE_FILE: databaseFile,
    UNITS: String(UNITS),
  });
  const hand: Peer = { origin, stop };
  const site = await startSite({});
  const [ours, theirs] = [await signUpAll(site), await signUpAll(hand)];
  await measure({ site, hand, databaseFile, ours, theirs });
  await Promise.all([site.stop(), hand.stop()]);
}

async function updatesByHand({ site, hand, ours, theirs }: Rivals): Promise<void> {
  await compare('update by hand, SQLite', {
    ours: () => drive(site.origin, load(cookiesOf(ours), '/api/progress/update')),
    'by hand': () => drive(hand.origin, load(cookiesOf(theirs), '/update')),
  });
}

/** Summaries for learners who have done half of the course. */
async function summaries({ site, hand, databaseFile, ours, theirs }: Rivals): Promise<void> {
  await completeHalf(site, ours);
  completeHalfByHand(databaseFile, theirs);
  const get = (learners: readonly Learner[], path: string) =>
    Array.from({ length: REQUESTS }, (_, n): LoadRequest => {
      return { method: 'GET', path, cookie: learners[n % learners.length]!.cookie };
    });
  const reads = get(ours, '/api/progress/course_summary?courseId=course');
  const readsByHand = get(theirs, '/summary');
  const connections = CONNECTIONS;
  await compare(`course_summary, ${UNITS} units, half of them done, nothing changed`, {
    ours: () => drive(site.origin, { connections, requests: reads }),
    'by hand': () => drive(hand.origin, { connections, requests: readsByHand }),
  });
  const { requests: changes } = load(cookiesOf(ours), '/api/progress/update');
  const { requests: changesByHand } = load(cookiesOf(theirs), '/update');
  await compare('course_summary, an update by the same learner before each read', {
    ours: () => drive(site.origin, { connections, requests: reads, before: changes }),
    'by hand': () =>
      drive(hand.origin, { connections, requests: readsByHand, before: changesByHand }),
  });
}

/** What a device sends after a week offline, beside the same work as single updates. */
async function syncs(): Promise<void> {
  const site = await startSite({});
  const learners = await signUpAll(site);
  // A device is new to each learner, and updates spread over many: the rate limiter stays on.
  const away = learners.splice(0, (ROUNDS + 1) * COMING_BACK);
  const others = cookiesOf(learners);
  const single = load(others, '/api/progress/update').requests.slice(0, OFFLINE);
  await compare(`${OFFLINE} operations, one request after the other`, {
    sync: async () => {
      const requests = away.splice(0, COMING_BACK).flatMap(syncRequests);
      const { perSecond, ...waits } = await drive(site.origin, { requests, connections: 1 });
      return { perSecond: perSecond * PER_SYNC, ...waits };
    },
    updates: () => drive(site.origin, { requests: single, connections: 1 }),
  });
  await site.stop();
}

async function completeHalf({ origin }: Peer, learners: readonly Learner[]): Promise<void> {
  const requests = learners.flatMap(({ cookie }) =>
    Array.from({ length: UNITS / PER_MODULE / 2 }, (_, n): LoadRequest => {
      const body = { contentId: `module-${n}`, contentType: 'module', status: 'completed' };
      return { method: 'POST', path: '/api/progress/update', cookie, body: JSON.stringify(body) };
    }),
  );
  await drive(origin, { requests, connections: CONNECTIONS });
}

/** The route takes lessons one by one: its rows are written past it. */
function completeHalfByHand(file: string, learners: readonly Learner[]): void {
  const database = new DatabaseSync(file);
  const insert = database.prepare(`
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ? - 1)
    insert into user_progress select ?, 'lesson-' || i, 'lesson', 'completed', 100, ?, ? from n`);
  const now = new Date().toISOString();
  database.exec('begin');
  for (const { id } of learners) insert.run(UNITS / 2, id, now, now);
  database.exec('commit');
  database.close();
}

function startSite(settings: Record<string, string>): Promise<Peer> {
  return startPeer(['server.js'], {
    PORT: '0',
    CONTENT_DIR: content,
    DATA_DIR: mkdtempSync(join(dir, 'data-')),
    ...settings,
  });
}
