import type { Attachment } from 'svelte/attachments';
import type { Json } from '../../core/index.ts';
import { entryIn } from '../../core/index.ts';
import type { ProgressState } from '../progress-state.svelte.ts';
import { automatic } from './automatic.svelte.ts';
import type { Range } from './ranges.ts';
import { mergeRanges, secondsIn } from './ranges.ts';

const ENOUGH = 0.9;
const KEPT_EVERY_MS = 15_000;
/** Kept of one video; whoever jumps about more than that is counted a little short. */
const MOST_RANGES = 50;

/**
 * Completes a unit when nine tenths of the distinct seconds of the videos in this element were
 * played, in this visit or earlier ones: what was skipped does not count, nor what was played twice.
 * How far it is goes into the unit's percentage, what was played into its data under `watched`. A
 * video that does not load, or has no end, never completes anything.
 */
export function video(progress: ProgressState, id: string): Attachment<HTMLElement> {
  return automatic(progress, {
    id,
    by: 'video',
    watch(element, done) {
      let keptAt = performance.now();
      let kept = 0;
      const look = ({ target }: Event) => {
        // Who closes the page after a pause leaves no time for it.
        const { paused } = target as HTMLVideoElement;
        const watched = watchedIn(element, progress.get(id).data);
        if (watched.part >= ENOUGH) done();
        else if (paused || performance.now() - keptAt >= KEPT_EVERY_MS) keep();
      };
      const keep = () => {
        const { status, data } = progress.get(id);
        const { part, ranges } = watchedIn(element, data);
        if (!(part > kept) || status === 'completed') return;
        kept = part;
        keptAt = performance.now();
        void progress.advance(id, Math.min(100, part * 100));
        void progress.save(id, { ...(data as object), watched: ranges });
      };
      // Captured: what media tell does not bubble.
      element.addEventListener('timeupdate', look, true);
      const forget = progress.onLeave(id, keep);
      return () => {
        element.removeEventListener('timeupdate', look, true);
        forget();
      };
    },
  });
}

/** How much of all videos was watched, 0 to 1, and what of each; NaN as long as one has not loaded. */
function watchedIn(element: HTMLElement, data: Json) {
  const before = entryIn(data, 'watched');
  let watched = 0;
  let total = 0;
  const ranges: Record<string, Range[]> = {};
  for (const player of element.querySelectorAll('video')) {
    const { pathname } = new URL(player.currentSrc, location.href);
    const played = mergeRanges([...rangesIn(entryIn(before, pathname)), ...playedIn(player)]);
    ranges[pathname] = played.slice(0, MOST_RANGES);
    watched += Math.min(secondsIn(played), player.duration);
    total += player.duration;
  }
  return { part: watched / total, ranges };
}

function playedIn({ played }: HTMLVideoElement): Range[] {
  return Array.from({ length: played.length }, (_, n) => [
    hundredths(played.start(n)),
    hundredths(played.end(n)),
  ]);
}

/** Short in what is kept. */
function hundredths(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

function rangesIn(data: Json | undefined): Range[] {
  return Array.isArray(data) ? data.filter(isRange) : [];
}

function isRange(data: unknown): data is Range {
  return Array.isArray(data) && data.length === 2 && data.every((each) => typeof each === 'number');
}
