import type { Attachment } from 'svelte/attachments';
import type { ProgressState } from '../progress-state.svelte.ts';
import { automatic } from './automatic.svelte.ts';
import { isInView, watchActivity } from './watch-activity.ts';

const LONGEST_MS = 30_000;
/** A quarter of each minute of reading. */
const PER_MINUTE_MS = 15_000;

/**
 * Completes a unit when the end of this element, which holds its text, was on screen for a second,
 * and the learner was active for a quarter of the reading time, at most for half a minute.
 */
export function scroll(progress: ProgressState, id: string): Attachment<HTMLElement> {
  return automatic(progress, {
    id,
    by: 'scroll',
    watch(text, done) {
      const minutes = progress.catalogue.items.get(id)?.duration ?? Infinity;
      const needed = Math.min(LONGEST_MS, minutes * PER_MINUTE_MS);
      /** Looks in a row that found the end on screen; a second lies between two. */
      let looks = 0;
      return watchActivity((active) => {
        if (looks < 2) looks = isInView() && isEndReached(text) ? looks + 1 : 0;
        if (looks === 2 && active >= needed) done();
      }).stop;
    },
  });
}

/** Who has scrolled past the end has reached it; text that is not drawn has no end. */
function isEndReached(text: HTMLElement): boolean {
  const { bottom, height } = text.getBoundingClientRect();
  return height > 0 && bottom < innerHeight + 1;
}
