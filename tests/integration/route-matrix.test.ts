import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer, Sent } from '../support/exchange.ts';
import { CLOVE, KNOTS } from '../support/knots.ts';
import { freshEmail, PASSWORD } from '../support/visitor.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

const root = join(import.meta.dirname, '..', '..');

/** POST comes last: it may end the session. */
const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'POST'];

/**
 * Somebody without a session; Ann, with everything that can name somebody naming Bob; Ann for
 * herself.
 */
const ASKERS = ['nobody', "Ann for Bob's", 'Ann for hers'] as const;
type Asker = (typeof ASKERS)[number];

/** What is posted, by whom: as JSON to the API, as a plain form to pages. */
type Posted = (asker: Learner, other: Learner | null) => Record<string, unknown>;

/** An address of the site, and what a POST to it sends: what somebody would who means it. */
interface Address {
  path: string;
  posted?: Posted;
  /** Posting ends the asker's session, or changes the password. */
  endsSession?: boolean;
}

const signIn: Posted = ({ email }) => ({ email, password: PASSWORD });
const signUp: Posted = () => ({ name: 'Ada', email: freshEmail(), password: PASSWORD });
const newPassword: Posted = () => ({ currentPassword: PASSWORD, newPassword: 'another password' });
const settings: Posted = () => ({ name: 'Ada', timeZone: 'Asia/Tokyo', theme: 'dark' });
const deletion: Posted = () => ({ password: PASSWORD });
const byLink: Posted = () => ({ token: 'x'.repeat(24), newPassword: 'another password' });

/** Stands for the id of Bob's certificate, which is another one each time. */
const BOBS = '(Bob’s)';

/** Each route, by its folder, with the addresses that stand for it. */
const ROUTES: Record<string, Address[]> = {
  '/': [{ path: '/' }],
  '/(account)/account': [{ path: '/account', posted: settings }],
  '/(account)/account/delete': [{ path: '/account/delete', posted: deletion, endsSession: true }],
  '/(account)/account/export': [{ path: '/account/export' }],
  '/(account)/account/password': [
    { path: '/account/password', posted: newPassword, endsSession: true },
  ],
  '/(account)/forgot-password': [{ path: '/forgot-password', posted: signIn }],
  '/(account)/reset-password': [{ path: '/reset-password', posted: byLink }],
  '/(account)/sign-in': [{ path: '/sign-in', posted: signIn }],
  '/(account)/sign-out': [{ path: '/sign-out', endsSession: true }],
  '/(account)/sign-up': [{ path: '/sign-up', posted: signUp }],
  '/[...asset=asset]': [{ path: '/rope/basics/hitches/a.svg' }, { path: '/nowhere.png' }],
  '/[...courseContentSlug]': [
    { path: '/rope' },
    { path: '/rope/basics?/mark', posted: () => ({ contentId: 'basics', intent: 'complete' }) },
    { path: `${CLOVE}?/mark`, posted: () => ({ contentId: 'clove', intent: 'complete' }) },
    { path: '/nowhere' },
  ],
  '/api/[...path]': [{ path: '/api/nowhere' }],
  '/api/auth/[...path]': [
    { path: '/api/auth/sign-up/email', posted: signUp },
    { path: '/api/auth/sign-in/email', posted: signIn },
    { path: '/api/auth/sign-out', endsSession: true },
    { path: '/api/auth/get-session' },
    { path: '/api/auth/update-user', posted: settings },
    { path: '/api/auth/change-password', posted: newPassword, endsSession: true },
    { path: '/api/auth/request-password-reset', posted: signIn },
    { path: '/api/auth/reset-password', posted: byLink },
    { path: '/api/auth/delete-user', posted: deletion, endsSession: true },
    { path: '/api/auth/list-sessions' },
  ],
  '/api/openapi.json': [{ path: '/api/openapi.json' }],
  '/api/progress': [{ path: '/api/progress' }],
  '/api/progress/content': [{ path: '/api/progress/content?contentId=clove' }],
  '/api/progress/course_summary': [{ path: '/api/progress/course_summary?courseId=basics' }],
  '/api/progress/sync': [
    {
      path: '/api/progress/sync',
      posted: (asker, other) => ({
        v: 1,
        device: 'laptop-0001',
        asUser: (other ?? asker).id,
        now: Date.now(),
        cursor: null,
        catalogue: null,
        operations: [],
      }),
    },
  ],
  '/api/progress/update': [
    {
      path: '/api/progress/update',
      posted: () => ({ contentId: 'clove', contentType: 'lesson', status: 'completed' }),
    },
  ],
  '/certificates/[id]': [{ path: `/certificates/${BOBS}` }, { path: '/certificates/nobodys' }],
  '/certificates/[id]/picture.png': [
    { path: `/certificates/${BOBS}/picture.png` },
    { path: '/certificates/nobodys/picture.png' },
  ],
  '/dashboard': [{ path: '/dashboard' }],
  '/catalogue.json': [{ path: '/catalogue.json' }],
  '/device': [{ path: '/device' }],
  '/healthz': [{ path: '/healthz' }],
  '/offline': [{ path: '/offline' }],
  '/readyz': [{ path: '/readyz' }],
};

/** Each file and folder that is served as it was built, with an address that stands for it. */
const FILES: Record<string, string> = {
  _app: '/_app/version.json',
  'favicon.svg': '/favicon.svg',
  'service-worker.js': '/service-worker.js',
};

let site: WatchedSite;
let ann: Learner;
let bob: Learner;
/** Of Bob's only: no answer to anybody else holds it. */
let bobs: string[];
let bobsCertificate: string;

beforeAll(async () => {
  site = await startWatchedSite({ files: KNOTS });
  [ann, bob] = await Promise.all([site.signUp(), site.signUp()]);
  const note = 'for nobody but Bob';
  await bob.post('/api/progress/update', {
    contentId: 'clove',
    contentType: 'lesson',
    status: 'completed',
    data: { note },
  });
  bobs = [bob.id, bob.email, note];
  await bob.post('/api/progress/update', {
    contentId: 'basics',
    contentType: 'course',
    status: 'completed',
  });
  const course = await bob.get('/rope/basics');
  bobsCertificate = /certificates\/(\w+)/.exec(course.body)![1]!;
});
afterAll(() => site.stop());

it('names each route of the site, and no other', () => {
  expect(Object.keys(ROUTES).sort()).toEqual(routesIn(join(root, 'src', 'routes')).sort());
});

it('names each file that is served as it was built, and no other', () => {
  const built = readdirSync(join(root, 'build', 'client'));
  const served = built.filter((name) => !/\.(br|gz)$/.test(name));
  expect(Object.keys(FILES).sort()).toEqual(served.sort());
});

it('answers each address, asker and method as the table says', async () => {
  const files = Object.values(FILES).map((path) => ({ path }));
  const rows = [['address', 'asked by', ...METHODS]];
  for (const address of [...Object.values(ROUTES).flat(), ...files]) {
    const asked = new Map<string, Asker[]>();
    for (const asker of ASKERS) {
      const cells = JSON.stringify(await answersTo(address, asker));
      asked.set(cells, [...(asked.get(cells) ?? []), asker]);
    }
    for (const [cells, askers] of asked) {
      const all = askers.length === ASKERS.length ? 'anybody' : askers.join(', ');
      rows.push([address.path, all, ...(JSON.parse(cells) as string[])]);
    }
  }
  expect((await bob.get('/api/progress')).json()).toMatchObject({ revision: 2 });
  // A changed table is written with `vitest run --project integration -u` and read by a person.
  await expect(tableOf(rows)).toMatchFileSnapshot('route-matrix.md');
});

async function answersTo(address: Address, asker: Asker): Promise<string[]> {
  const learner = address.endsSession && asker !== 'nobody' ? await site.signUp() : ann;
  const send = asker === 'nobody' ? site.send : learner.send;
  const other = asker === "Ann for Bob's" ? bob : null;
  const asked = address.path.replace(BOBS, bobsCertificate);
  const path = other ? withQuery(asked, `userId=${other.id}`) : asked;
  const cells: string[] = [];
  for (const method of METHODS) {
    const sent = method === 'POST' ? posting(address, learner, other) : {};
    const answer = await send(method, path, sent);
    const told = bobs.filter((each) => answer.body.includes(each));
    expect(told, `${asker}: ${method} ${path}`).toEqual([]);
    cells.push(cellOf(answer));
  }
  return cells;
}

function posting({ path, posted }: Address, asker: Learner, other: Learner | null): Sent {
  const asked = posted?.(asker, other) ?? {};
  const fields = { ...asked, ...(other && !('asUser' in asked) && { userId: other.id }) };
  if (path.startsWith('/api/')) {
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) };
  }
  const type = 'application/x-www-form-urlencoded';
  const body = new URLSearchParams(fields).toString();
  return { headers: { 'content-type': type, accept: 'text/html', origin: site.origin }, body };
}

/** Status, then the code of a problem or where a redirect leads. */
function cellOf({ status, headers, body }: Answer): string {
  const isProblem = headers['content-type'] === 'application/problem+json' && body !== '';
  const code = isProblem ? (JSON.parse(body) as { code: string }).code : '';
  return [status, code, headers.location ?? ''].filter(Boolean).join(' ');
}

function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** The folders of routes that answer: those with a page or an endpoint. */
function routesIn(folder: string, id = ''): string[] {
  const below = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => routesIn(join(folder, name), `${id}/${name}`));
  const answers = ['+page.svelte', '+page.ts', '+page.server.ts', '+server.ts'];
  return answers.some((file) => existsSync(join(folder, file))) ? [id || '/', ...below] : below;
}

/** A Markdown table, its columns aligned. */
function tableOf(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)));
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return `${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}
