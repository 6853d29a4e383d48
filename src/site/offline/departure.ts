import { forgetCopies } from './copies.ts';

const KEY = 'cairn-reader';

/**
 * Notes who is signed in on this device, or that nobody is. What a learner who has left kept for
 * offline goes with them, however they left: signed out, expired, or somebody else signed in.
 */
export function noteReader(user: string | null): void {
  let before: string | null;
  try {
    before = localStorage.getItem(KEY);
    if (user === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, user);
  } catch {
    // A browser that keeps no note keeps no copies either.
    return;
  }
  if (before !== null && before !== user) void forgetCopies();
}
