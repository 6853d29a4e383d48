import type { Attachment } from 'svelte/attachments';
import type { ProgressState } from '../progress-state.svelte.ts';
import { isInView } from './watch-activity.ts';

/** A page that was shown for less, on the way to another, was not opened. */
const SHOWN_FOR_MS = 1000;

/**
 * Notes that a unit was opened, once its page has been in view for a second; time in a hidden tab
 * does not count, and begins anew.
 */
export function opened(progress: ProgressState, id: string): Attachment {
  return () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
    const look = () => {
      clearTimeout(timer);
      if (!isInView()) return;
      timer = setTimeout(() => {
        stop();
        void progress.open(id);
      }, SHOWN_FOR_MS);
    };
    document.addEventListener('visibilitychange', look);
    look();
    return stop;
  };
}
