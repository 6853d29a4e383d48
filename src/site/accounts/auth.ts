import { AsyncLocalStorage } from 'node:async_hooks';
import { betterAuth } from 'better-auth';
import type { BetterAuthOptions } from 'better-auth';
import { hashPassword } from 'better-auth/crypto';
import type { Database } from 'sveltekit-cairn/server';
import { PASSWORD_LENGTH } from './password-length.ts';

/** What accounts are made of. */
export interface AuthSettings {
  database: Database;
  /** The site's public address; cookies are `Secure` exactly when it is https. */
  origin: string;
  secret: string;
  /** Is handed the token of a one-time link, valid for an hour. Is not awaited. */
  onResetToken: (email: string, token: string) => void;
  /** Runs after a password was set through a link. */
  onReset: (email: string) => Promise<void>;
  log: (line: string) => void;
}

/** So long somebody stays signed in who does not come back. */
export const SESSION_DAYS = 30;

const DAY = 24 * 60 * 60;

/** better-auth as this site uses it: e-mail and password, on the site's own database. */
export type Auth = ReturnType<typeof createAuth>;

/** Makes it. Its tables are there once `migrateAccounts` has run. */
export function createAuth(settings: AuthSettings) {
  const { database, origin, secret, onResetToken, onReset, log } = settings;
  return betterAuth({
    appName: 'Cairn',
    baseURL: origin,
    secret,
    telemetry: { enabled: false },
    // Its messages name e-mail addresses; errors carry theirs in what a database says of a row.
    logger: {
      level: 'error',
      log: (_level, message, ...causes) => {
        const causedBy = causes.map((cause) => (cause instanceof Error ? cause.message : ''));
        log(['Accounts:', message, ...causedBy].join(' ').trimEnd());
      },
    },
    // The site's own limits stand in front of it (limits.ts): these would lock a classroom out.
    rateLimit: { enabled: false },
    database: { db: database.kysely, type: database.dialect, transaction: true },
    advanced: {
      cookiePrefix: 'cairn',
      useSecureCookies: origin.startsWith('https:'),
      ipAddress: { disableIpTracking: true },
      // They were migrated at start.
      database: { validateSchema: false },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: 60 * 60,
      password: { hash: async (password) => preparedHash.getStore() ?? hashPassword(password) },
      sendResetPassword: async ({ user, token }) => onResetToken(user.email, token),
      onPasswordReset: async ({ user }) => onReset(user.email),
    },
    ...AUTH_TABLES,
  });
}

/**
 * Does work that hashes one password, with the hash made beforehand: better-auth hashes within the
 * transaction of a sign-up, and SQLite's one connection would stand still for all learners.
 */
export async function withPreparedHash<T>(password: string, work: () => Promise<T>): Promise<T> {
  return preparedHash.run(await hashPassword(password), work);
}

const preparedHash = new AsyncLocalStorage<string>();

const times = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Its tables. Names in SQL are snake_case, and progress refers to the one of the users. */
export const AUTH_TABLES = {
  user: {
    modelName: 'users',
    fields: { emailVerified: 'email_verified', ...times },
    /** The one that was chosen on the account page; null when none was. */
    additionalFields: { theme: { type: 'string', required: false } },
  },
  session: {
    modelName: 'sessions',
    fields: {
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      ...times,
    },
    expiresIn: SESSION_DAYS * DAY,
    updateAge: DAY,
  },
  account: {
    modelName: 'accounts',
    fields: {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      ...times,
    },
  },
  verification: {
    modelName: 'verifications',
    fields: { expiresAt: 'expires_at', ...times },
    storeIdentifier: 'hashed',
  },
} satisfies BetterAuthOptions;
