import { parseCookies } from 'better-auth/cookies';
import { isUnavailable } from 'sveltekit-cairn/server';
import type { Database } from 'sveltekit-cairn/server';
import { REFUSED } from './answer.ts';
import type { Answer } from './answer.ts';
import type { AccountExport } from './account-export.ts';
import { createAccountExport } from './account-export.ts';
import { createAuth, SESSION_DAYS } from './auth.ts';
import { answerOf, as, createCalls } from './calls.ts';
import type { CallName, Caller } from './calls.ts';
import { createDeleteAccount } from './delete-account.ts';
import { addressKey, createCount } from './limits.ts';
import { migrateAccounts } from './migrate.ts';
import { createResetLinks } from './reset-links.ts';
import type { SendResetLink } from './reset-links.ts';
import { createReadSession } from './session.ts';
import type { Session, User } from './session.ts';
import { createPasswordLock } from './wrong-passwords.ts';

/** What the accounts of a site are made of. */
export interface AccountSettings {
  database: Database;
  /** The site's public address. */
  origin: string;
  secret: string;
  signUp: 'open' | 'closed';
  /** Null where the site has no mail server. */
  sendResetLink: SendResetLink | null;
  /** Where mistakes are written: never an e-mail address, a cookie or a token. */
  log: (line: string) => void;
  /** The clock of sessions and limits, in milliseconds since 1970. */
  now?: () => number;
}

/** The site's accounts: who is signed in, and the calls that forms and the API both go through. */
export interface Accounts {
  readonly signUp: 'open' | 'closed';
  readonly sendsMail: boolean;
  /** Answers the session of a request's `Cookie` header, read anew each time; null for nobody. */
  identify(cookie: string | null): Promise<Session | null>;
  /** Makes one call with its input as it came in. All limits hold here, so every door has them. */
  call(name: CallName, input: unknown, caller: Caller): Promise<Answer>;
  /**
   * Extends a session by another 30 days, at most once a day: null when there is nothing to do.
   * For page loads, where somebody is there; API calls go on without anybody and extend nothing.
   */
  renew(session: Session, cookie: string | null): Promise<Answer | null>;
  /** All that accounts keep of a user, but for what is secret: passwords and tokens. */
  export(user: User): Promise<AccountExport>;
  /** Waits for mails that are on their way. */
  close(): Promise<void>;
}

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

/** Calls of one kind that one client address may make in a minute: a classroom behind a router. */
export const CALLS_PER_MINUTE = 300;

/** Calls that cost next to nothing and guess nothing. */
const FREE: ReadonlySet<CallName> = new Set(['get-session', 'sign-out']);

/** Brings the tables of accounts up to date and opens them. */
export async function openAccounts(settings: AccountSettings): Promise<Accounts> {
  const { database, now = Date.now } = settings;
  const lock = createPasswordLock(database, now);
  const links = createResetLinks(settings);
  const options = { ...settings, onReset: lock.forget, onResetToken: links.send };

  await migrateAccounts(database);
  const auth = createAuth(options);
  const { authCookies } = await auth.$context;
  const readSession = createReadSession(settings, now);

  const identify = async (cookie: string | null) =>
    cookie ? readSession(firstCookie(cookie, authCookies.sessionToken.name)) : null;
  const deleteAccount = createDeleteAccount(database);
  const calls = createCalls({ ...settings, auth, lock, deleteAccount, identify, now });
  const counts = createCount({ limit: CALLS_PER_MINUTE, window: MINUTE }, now);

  return {
    signUp: settings.signUp,
    sendsMail: settings.sendResetLink !== null,
    identify,
    call: async (name, input, caller) => {
      const wait = FREE.has(name) ? 0 : counts(`${name} ${addressKey(caller.address)}`);
      if (wait > 0) return REFUSED.tooMany(wait);
      try {
        return await calls[name](input, caller);
      } catch (error) {
        if (isUnavailable(error)) return REFUSED.unavailable;
        throw error;
      }
    },
    renew: async ({ expiresAt }, cookie) => {
      const isDue = expiresAt.getTime() - (SESSION_DAYS - 1) * DAY <= now();
      return isDue ? answerOf(auth.api.getSession(as(cookie))) : null;
    },
    export: createAccountExport(database),
    close: links.sent,
  };
}

/** Of several cookies with one name better-auth goes by the first; its parser keeps the last. */
function firstCookie(header: string, name: string): string | undefined {
  return parseCookies(header.split(';').reverse().join(';')).get(name);
}
