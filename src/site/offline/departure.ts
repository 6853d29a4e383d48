import { forgetCopies } from './copies.ts';

/** Names the learner whose copies are here. */
const KEY = 'cairn-reader';

/**
 * Notes who is signed in on this device, or that nobody is. What a learner who has left kept for
 * offline goes with them, however they left: signed out, expired, or somebody else signed in.
 */
export async function noteReader(user: string | null): Promise<void> {
  try {
    const before = localStorage.getItem(KEY);
    if (before === user) return;
    // Noted afterwards: a page that is closed meanwhile leaves the rest to the next one.
    if (before !== null) await forgetCopies();
    if (user === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, user);
  } catch {
    // Where nobody can be noted, no copies stay.
    await forgetCopies().catch(() => undefined);
  }
}
