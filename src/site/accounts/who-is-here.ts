/** Milliseconds that the site may take to say it. */
const PATIENCE = 20_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/**
 * Asks the site who is signed in here by now: the user's id, null for nobody. Undefined when no proper
 * answer comes.
 */
export async function whoIsHere(): Promise<string | null | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch('/api/auth/get-session', { cache: 'no-store', signal });
    if (!answer.ok) return undefined;
    const session = (await answer.json()) as { user?: { id?: string } } | null;
    return session && session.user?.id;
  } catch {
    // No network, or not the site's own answer.
    return undefined;
  }
}

/** The same, asked until there is an answer: after pauses, and when the network is back. */
export async function whoIsHereAtLast(): Promise<string | null> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    const user = await whoIsHere();
    if (user !== undefined) return user;
    await networkOr(pause);
  }
}

function networkOr(pause: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener('online', go);
      resolve();
    };
    const timer = setTimeout(go, pause);
    window.addEventListener('online', go);
  });
}
