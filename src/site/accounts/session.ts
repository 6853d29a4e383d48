import { constantTimeEqual, makeSignature } from 'better-auth/crypto';
import { prepare } from 'sveltekit-cairn/server';
import type { Database, Script } from 'sveltekit-cairn/server';

/** Who is signed in, as pages and the API see it. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** A user and until when they stay signed in without coming back. */
export interface Session {
  readonly user: User;
  readonly expiresAt: Date;
}

/** Answers whose session a cookie's value stands for; null when it is nobody's (any more). */
export type ReadSession = (cookie: string | undefined) => Promise<Session | null>;

/**
 * Makes the check that every request passes: the cookie's signature, with better-auth's own code,
 * and one prepared look-up. It agrees with better-auth's `getSession` at a fraction of its cost.
 *
 * No session is remembered between requests, so signing out, revoking a session and deleting a user
 * hold at once, on every process. Only `getSession` extends a session; this never writes.
 */
export function createReadSession(
  { database, secret }: { database: Database; secret: string },
  now: () => number,
): ReadSession {
  const tokenIn = createTokenReader(secret);
  const lookUp = createLookUp(database);
  return async (cookie) => {
    const token = cookie && (await tokenIn(cookie));
    if (!token) return null;
    const session = await database.read(() => lookUp(token));
    return session && session.expiresAt.getTime() >= now() ? session : null;
  };
}

/** Good signatures to remember: checking one costs as much as the rest of a small request. */
const MOST_KNOWN = 20_000;

/**
 * Answers the token of a cookie that we signed, null for any other. A signed cookie is
 * `token.signature`; a good signature is good for ever, as it says nothing of the session.
 */
function createTokenReader(secret: string): (cookie: string) => Promise<string | null> {
  const known = new Map<string, string>();
  return async (cookie) => {
    const before = known.get(cookie);
    if (before) return before;
    const token = cookie.slice(0, Math.max(0, cookie.lastIndexOf('.')));
    if (token === '') return null;
    const signature = await makeSignature(token, secret);
    if (!constantTimeEqual(cookie.slice(token.length + 1), signature)) return null;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(cookie, token);
    return token;
  };
}

function createLookUp({ kysely }: Database): (token: string) => Script<Session | null> {
  const byToken = prepare<{ token: string }>(kysely, 'session', (p) =>
    kysely
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'users.name', 'users.email', 'sessions.expires_at as expiresAt'])
      .where('sessions.token', '=', p('token')),
  );
  return function* (token) {
    const [row] = yield* byToken({ token });
    if (!row) return null;
    const { expiresAt, ...user } = row as unknown as User & { expiresAt: string | Date };
    return { user, expiresAt: new Date(expiresAt) };
  };
}
