import type { Timer } from './environment.ts';
import { every } from './environment.ts';

/** What a page is told by its browser. */
export interface PageWatch {
  /** Ends all of it. */
  signal: AbortSignal;
  timer: Timer;
  onOnline: (isOnline: boolean) => void;
  /** The page is looked at again. */
  onShow: () => void;
  /** The page may be gone at any moment. */
  onLeave: () => void;
  /** The page comes back from the browser's cache, as it was when it was left. */
  onAwake: () => void;
  /** While the page is looked at, a little more often than once a minute. */
  onMinute: () => void;
}

const MINUTE = 55_000;

/** Watches the page, and its browser's network. */
export function watchPage(watch: PageWatch): void {
  const { signal, timer, onOnline, onShow, onLeave, onAwake, onMinute } = watch;
  const online = () => onOnline(navigator.onLine);
  window.addEventListener('online', online, { signal });
  window.addEventListener('offline', online, { signal });
  // While the next document is fetched there is still time to keep something; later there is none.
  window.addEventListener('beforeunload', onLeave, { signal });
  window.addEventListener('pagehide', onLeave, { signal });
  window.addEventListener('pageshow', (event) => event.persisted && onAwake(), { signal });
  document.addEventListener('visibilitychange', () => (isLookedAt() ? onShow() : onLeave()), {
    signal,
  });
  const endMinutes = every(MINUTE, timer, () => isLookedAt() && onMinute());
  signal.addEventListener('abort', endMinutes);
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible';
}
