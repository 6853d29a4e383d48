import { createHash } from 'node:crypto';
import type { Database } from 'sveltekit-cairn/server';

/** So many wrong passwords for one e-mail address, within so many milliseconds, lock it. */
export const WRONG_PASSWORDS = { limit: 10, window: 15 * 60 * 1000 } as const;

/** What came of trying a password: the seconds to wait for a locked address, or the result. */
export type Attempt<T> = { wait: number } | { result: T };

/**
 * Guards the passwords behind e-mail addresses against guessing.
 *
 * Wrong ones are counted in the database, for all processes of a site, and only they are: signing
 * in with the right one takes nothing and forgives nothing. A locked address refuses the right one
 * too. It never matters whether the address has an account.
 */
export interface PasswordLock {
  /** Tries a password unless its address is locked; attempts at one address wait for each other. */
  attempt<T>(
    email: string,
    work: () => Promise<T>,
    isWrong: (result: T) => boolean,
  ): Promise<Attempt<T>>;
  /** Forgets the wrong passwords of an address, whose owner has set a new one. */
  forget(email: string): Promise<void>;
}

/** Makes the lock over the table `wrong_passwords` (migrate.ts). */
export function createPasswordLock(database: Database, now: () => number): PasswordLock {
  const inTurn = createTurns();
  return {
    attempt: (email, work, isWrong) => {
      const key = emailKey(email);
      return inTurn(key, async () => {
        const wait = await secondsLocked(database, key, now());
        if (wait > 0) return { wait };
        const result = await work();
        if (isWrong(result)) await record(database, key, now());
        return { result };
      });
    },
    forget: async (email) => {
      await database.kysely
        .deleteFrom('wrong_passwords')
        .where('email_hash', '=', emailKey(email))
        .execute();
    },
  };
}

/** What an address is known by here: the table keeps none that somebody may only have mistyped. */
export function emailKey(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('base64url');
}

async function secondsLocked(database: Database, key: string, now: number): Promise<number> {
  const rows: { at: unknown }[] = await database.kysely
    .selectFrom('wrong_passwords')
    .select('at')
    .where('email_hash', '=', key)
    .where('at', '>', now - WRONG_PASSWORDS.window)
    .orderBy('at', 'desc')
    .limit(WRONG_PASSWORDS.limit)
    .execute();
  if (rows.length < WRONG_PASSWORDS.limit) return 0;
  const oldest = Number(rows.at(-1)?.at);
  return (oldest + WRONG_PASSWORDS.window - now) / 1000;
}

async function record(database: Database, key: string, now: number): Promise<void> {
  const table = database.kysely;
  await table
    .deleteFrom('wrong_passwords')
    .where('at', '<=', now - WRONG_PASSWORDS.window)
    .execute();
  await table.insertInto('wrong_passwords').values({ email_hash: key, at: now }).execute();
}

/** Does work on one key one after the other, so that a burst of guesses cannot outrun the count. */
function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, settled);
    void settled.then(() => last.get(key) === settled && last.delete(key));
    return turn;
  };
}
