import type { Attachment } from 'svelte/attachments';
import type { ProgressState } from '../progress-state.svelte.ts';
import { watchActivity } from './watch-activity.ts';

/** Seconds between two notes of the time that was spent. */
const EVERY = 30;
/** Who only passes by has not begun. */
const LEAST_MS = 1000;

/** Adds up the active time that a learner spends on a unit, every half minute and on leaving. */
export function spent(progress: ProgressState, id: string): Attachment {
  return () => {
    let seconds = 0;
    let noted = 0;
    const note = () => {
      const ms = activity.active() - noted;
      if (ms < LEAST_MS) return;
      noted += ms;
      void progress.spend(id, ms);
    };
    const activity = watchActivity(() => {
      seconds += 1;
      if (seconds % EVERY === 0) note();
    });
    const forget = progress.onLeave(id, note);
    return () => {
      forget();
      activity.stop();
    };
  };
}
