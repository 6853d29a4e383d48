import type { ProgressState } from 'sveltekit-cairn/client';
import { accountMessages } from '../messages.ts';
import { forgetReader, notProper, submitInPlace } from './submit-in-place.ts';
import type { Steps } from './submit-in-place.ts';
import { whoIsHere } from './who-is-here.ts';

/**
 * Has a form sign out: what `use:enhance` takes. The device forgets who was here before the site is
 * asked: its answer may be the last that the network brings. Then a new page is loaded, which holds
 * nothing of them.
 */
export function signOutInPlace(
  { device }: ProgressState,
  { before, say }: Pick<Steps, 'before' | 'say'> = {},
) {
  return submitInPlace({
    before: async () => {
      await before?.();
      await forgetReader(device);
    },
    then: async ({ result, update }) =>
      result.type === 'redirect' ? location.assign(result.location) : update(),
    lost: async () => {
      const user = await whoIsHere();
      if (user === undefined) return notProper(accountMessages.signOut.notHeard);
      // Where they are signed in still, a new page makes the device know them again.
      location.assign(user === null ? '/' : '/sign-out?again');
      return null;
    },
    ...(say && { say }),
  });
}
