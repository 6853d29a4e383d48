import type { Database } from 'sveltekit-cairn/server';
import type { User } from './session.ts';
import { emailKey } from './wrong-passwords.ts';

type Rows = Record<string, unknown>[];

/** What accounts keep of a user. Times are ISO 8601 in UTC. */
export interface AccountExport {
  user: Record<string, unknown>;
  /** The ways to sign in: with a password. */
  signInMethods: Rows;
  sessions: Rows;
  /** Links to set a new password that have not run out. */
  resetLinks: Rows;
  /** When a wrong password was tried lately. */
  wrongPasswords: Rows;
}

/** Columns that are left out: whoever has them can sign in, or try to. */
const SECRET: ReadonlySet<string> = new Set([
  'token',
  'password',
  'access_token',
  'refresh_token',
  'id_token',
  'identifier',
  'email_hash',
]);

/** Makes the export of what accounts keep. */
export function createAccountExport({ kysely }: Database): (user: User) => Promise<AccountExport> {
  const rowsOf = async (table: string, column: string, value: string) => {
    const rows: Rows = await kysely
      .selectFrom(table)
      .selectAll()
      .where(column, '=', value)
      .execute();
    return rows.map(withoutSecrets);
  };
  return async ({ id, email }) => {
    const [user = {}] = await rowsOf('users', 'id', id);
    return {
      user,
      signInMethods: await rowsOf('accounts', 'user_id', id),
      sessions: await rowsOf('sessions', 'user_id', id),
      resetLinks: await rowsOf('verifications', 'value', id),
      wrongPasswords: await rowsOf('wrong_passwords', 'email_hash', emailKey(email)),
    };
  };
}

/** A row as it is handed out, by the names that the API uses. */
function withoutSecrets(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => !SECRET.has(column))
      .map(([column, value]) => [
        column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        column === 'at' ? new Date(Number(value)) : value,
      ]),
  );
}
