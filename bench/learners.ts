import type { LoadRequest } from './load.ts';
import type { Peer } from './process.ts';

/** Units in the course that is learnt, called `lesson-0` and so on. */
export const UNITS = 500;
const LEARNERS = 100;
/** Below what the rate limit lets 100 learners do at once, over all rounds. */
export const REQUESTS = 4000;
/** Requests that are on their way at a time. */
export const CONNECTIONS = 100;
/** Operations made in a week offline, and how many go into one sync. */
export const OFFLINE = 1000;
export const PER_SYNC = 200;

/** Somebody who is signed in. */
export interface Learner {
  id: string;
  cookie: string;
}

/** Their cookies, in order. */
export function cookiesOf(learners: readonly Learner[]): string[] {
  return learners.map(({ cookie }) => cookie);
}

/** Signs a hundred new learners up. */
export async function signUpAll({ origin }: Peer): Promise<Learner[]> {
  const learners: Learner[] = [];
  for (let n = 0; n < LEARNERS; n++) {
    const answer = await fetch(`${origin}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({
        name: 'Learner',
        email: `learner-${n}@example.org`,
        password: 'a password for measuring',
      }),
    });
    if (!answer.ok) throw new Error(`Signing up was answered ${answer.status}.`);
    const { user } = (await answer.json()) as { user: { id: string } };
    learners.push({ id: user.id, cookie: answer.headers.getSetCookie()[0]!.split(';')[0]! });
  }
  return learners;
}

/** One update after the other, by one learner after the other. */
export function load(cookies: readonly string[], path: string) {
  const requests = Array.from({ length: REQUESTS }, (_, n): LoadRequest => {
    const body = {
      contentId: `lesson-${(n * 31) % UNITS}`,
      contentType: 'lesson',
      status: n % 3 === 0 ? 'in-progress' : 'completed',
    };
    return {
      method: 'POST',
      path,
      cookie: cookies[n % cookies.length]!,
      body: JSON.stringify(body),
    };
  });
  return { requests, connections: CONNECTIONS };
}

/** What a device sends that comes back after a week. */
export function syncRequests({ id, cookie }: Learner): LoadRequest[] {
  const operations = Array.from({ length: OFFLINE }, (_, n) => ({
    seq: n + 1,
    at: Date.now() - (OFFLINE - n) * 600_000,
    epoch: 0,
    contentId: `lesson-${(n * 31) % UNITS}`,
    ...(n % 3 === 0 ? { kind: 'opened' } : { kind: 'completed', by: 'button' }),
  }));
  // As a device does it: each request goes on from what the one before was answered.
  let cursor: unknown = null;
  return Array.from({ length: OFFLINE / PER_SYNC }, (_, n): LoadRequest => {
    const batch = operations.slice(n * PER_SYNC, (n + 1) * PER_SYNC);
    const head = { v: 1, device: 'bench-device', asUser: id, now: Date.now(), catalogue: null };
    return {
      method: 'POST',
      path: '/api/progress/sync',
      cookie,
      body: () => JSON.stringify({ ...head, cursor, operations: batch }),
      answered: (body) => {
        cursor = cursorIn(body);
      },
    };
  });
}

function cursorIn(body: string): unknown {
  return (JSON.parse(body) as { cursor: unknown }).cursor;
}
