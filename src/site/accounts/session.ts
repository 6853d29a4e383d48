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
 * Nothing is remembered between requests, so signing out, revoking a session and deleting a user
 * hold at once, on every process. Only `getSession` extends a session; this never writes.
 */
export function createReadSession(
  { database, secret }: { database: Database; secret: string },
  now: () => number,
): ReadSession {
  const lookUp = createLookUp(database);
  return async (cookie) => {
    const token = cookie && (await verifiedToken(cookie, secret));
    if (!token) return null;
    const session = await database.read(() => lookUp(token));
    return session && session.expiresAt.getTime() >= now() ? session : null;
  };
}

/** A signed cookie is `token.signature`; a signature has one spelling only. */
async function verifiedToken(cookie: string, secret: string): Promise<string | null> {
  const dot = cookie.lastIndexOf('.');
  if (dot < 1) return null;
  const token = cookie.slice(0, dot);
  const signature = await makeSignature(token, secret);
  return constantTimeEqual(cookie.slice(dot + 1), signature) ? token : null;
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
