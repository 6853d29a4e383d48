import type { ProgressState } from 'sveltekit-cairn/client';
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { SavedPlace } from './saved-place.ts';
import { placeIn } from './saved-place.ts';

/** A heading was passed when it stands in the upper third of the window. */
const PASSED = 1 / 3;
/** Who only scrolls by, on the way to the header or the end, is not there. */
const STAYED_SECONDS = 3;
/** A page that is closed has no time for it. */
const VIDEO_KEPT_EVERY_SECONDS = 5;
/** Those that "on this page" lists. */
const HEADINGS = '.prose > :is(h2, h3, h4, h5, h6)[id]';
/** A video that was left so near its end begins again. */
const END_SECONDS = 2;

/**
 * Keeps where in a unit's text the learner is, as long as it is in progress: the heading passed last
 * and the second of each video. Videos go on from there; links lead to the heading.
 */
export function keepPlace(progress: ProgressState, id: string): Attachment<HTMLElement> {
  return (text) => {
    if (!progress.known) return undefined;
    return untrack(() => watch(text, progress, id));
  };
}

function watch(text: HTMLElement, progress: ProgressState, id: string): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const { status, data } = progress.get(id);
  if (status === 'in-progress') bringBack(text, { videos: placeIn(data).video, signal });

  let hasMoved = false;
  let seconds = 0;
  let last: SavedPlace = {};
  let stayedSince = 0;
  let place: SavedPlace = {};
  const timer = setInterval(() => {
    seconds += 1;
    const here = hasMoved ? headingPassed(text) : {};
    if (here.heading !== last.heading) stayedSince = seconds;
    last = here;
    const isNew = here.heading !== undefined && here.heading !== place.heading;
    if (isNew && seconds - stayedSince >= STAYED_SECONDS) place = here;
    // A new place is kept at once: a page that is closed has no time for it.
    if (place === here || seconds % VIDEO_KEPT_EVERY_SECONDS === 0) keep();
  }, 1000);
  const keep = () => {
    const record = progress.get(id);
    if (record.status !== 'in-progress') return;
    const saved = { ...(record.data as object) };
    const next = { ...saved, ...place, ...secondsOf(text, placeIn(record.data)) };
    if (JSON.stringify(next) !== JSON.stringify(saved)) void progress.save(id, next);
  };
  addEventListener('scroll', () => (hasMoved = true), { signal, passive: true });
  // Captured: what media tell does not bubble.
  text.addEventListener('pause', keep, { signal, capture: true });
  const forget = progress.onLeave(id, keep);
  return () => {
    forget();
    clearInterval(timer);
    listening.abort();
  };
}

/** Lets each video go on at its second, unless it plays already. */
function bringBack(
  text: HTMLElement,
  { videos = {}, signal }: { videos: SavedPlace['video']; signal: AbortSignal },
): void {
  const goOn = ({ target }: Pick<Event, 'target'>) => {
    if (!(target instanceof HTMLVideoElement) || target.played.length > 0) return;
    const second = videos[pathOf(target)] ?? 0;
    if (second < target.duration - END_SECONDS) target.currentTime = second;
  };
  for (const target of text.querySelectorAll('video')) if (target.readyState > 0) goOn({ target });
  text.addEventListener('loadedmetadata', goOn, { signal, capture: true });
}

/** The heading passed last; none at the top of the page, which is no place to come back to. */
function headingPassed(text: HTMLElement): SavedPlace {
  const line = innerHeight * PASSED;
  if (scrollY < line) return {};
  const headings = [...text.querySelectorAll(HEADINGS)];
  const part = headings.findLastIndex((each) => each.getBoundingClientRect().top <= line);
  return part < 0 ? {} : { heading: headings[part]!.id, part };
}

/** Where each video is that was played on this visit, beside those that were not. */
function secondsOf(text: HTMLElement, { video }: SavedPlace): SavedPlace {
  const players = [...text.querySelectorAll('video')].filter(({ played }) => played.length > 0);
  const seconds = players.map((each) => [pathOf(each), Math.floor(each.currentTime)] as const);
  return seconds.length > 0 ? { video: { ...video, ...Object.fromEntries(seconds) } } : {};
}

function pathOf({ currentSrc }: HTMLVideoElement): string {
  return new URL(currentSrc, location.href).pathname;
}
