import { prepare } from 'sveltekit-cairn/server';
import type { Database } from 'sveltekit-cairn/server';
import type { User } from './session.ts';
import { emailKey } from './wrong-passwords.ts';

/** Deletes an account and all that is kept of its user, at once and for good. */
export type DeleteAccount = (user: Pick<User, 'id' | 'email'>) => Promise<void>;

/**
 * Makes the deletion. Sessions, passwords, progress and certificates refer to the user and go with
 * them; here is also deleted what does not: reset links and counted wrong passwords. It is one
 * transaction, so that it happens whole or not at all.
 */
export function createDeleteAccount({ kysely, write }: Database): DeleteAccount {
  const links = prepare<{ id: string }>(kysely, 'delete_links', (p) =>
    kysely.deleteFrom('verifications').where('value', '=', p('id')),
  );
  const wrongPasswords = prepare<{ key: string }>(kysely, 'delete_wrong_passwords', (p) =>
    kysely.deleteFrom('wrong_passwords').where('email_hash', '=', p('key')),
  );
  const user = prepare<{ id: string }>(kysely, 'delete_user', (p) =>
    kysely.deleteFrom('users').where('id', '=', p('id')),
  );
  return ({ id, email }) =>
    write(function* () {
      yield* user({ id });
      yield* links({ id });
      yield* wrongPasswords({ key: emailKey(email) });
    });
}
