import { page } from '$app/state';
import type { Activity, Book, ContentData, Outline, Overview } from 'sveltekit-cairn';
import { activityOf, openOutline, overviewOf, workIn } from 'sveltekit-cairn';
import { getProgress } from 'sveltekit-cairn/client';
import { untrack } from 'svelte';
import { getIsBehind } from './behind.svelte.ts';

/** Where the outline of the whole site is; the same for everybody, and there when offline. */
const ADDRESS = '/catalogue.json';

/** The outline of the whole site: null if it cannot be had, undefined before. Fetched when `wanted` first says so. */
function wholeOutline(wanted: () => boolean): { readonly current: Outline | null | undefined } {
  let outline = $state.raw<Outline | null>();
  let asked = false;
  $effect(() => {
    if (asked || !wanted()) return;
    asked = true;
    void fetchOutline().then((found) => (outline = found));
  });
  return {
    get current() {
      return outline;
    },
  };
}

/**
 * The progress of whoever learns on this device, at a glance; null until it is known. For pages that
 * the server made for nobody (a guest's, and a copy that is read offline), and as long as it has not
 * summed up what was done.
 */
export function deviceOverview(): {
  readonly current: Overview | null;
  /** Its days, by this browser's own calendar. */
  readonly activity: Activity | null;
  /** Of the courses, those for which the server has issued one: its id by the course's. */
  readonly certificates: Readonly<Record<string, string>>;
  /** It is not known yet, but soon will be. */
  readonly isComing: boolean;
} {
  const progress = getProgress();
  const getBehind = getIsBehind();
  // What a page that is loaded shows at first is the server's, and is not hidden again.
  const cameBehind = untrack(getBehind);
  const isForNobody = $derived(page.data.user === null);
  const isAsked = $derived(isForNobody || getBehind());
  const isWanted = $derived(isAsked && progress.known && !progress.isEmpty);
  const outline = wholeOutline(() => isWanted);
  const catalogue = $derived(isAsked && outline.current ? openOutline(outline.current) : null);
  const book = $derived(catalogue && progress.bookOf(catalogue));
  const overview = $derived(catalogue && book && overviewOf(catalogue, book, progress.user));
  const activity = $derived(book && activityOf(workIn(book), hereAndNow()));
  const certificates = $derived(Object.fromEntries(book ? certificatesIn(book) : []));
  return {
    get current() {
      return overview;
    },
    get activity() {
      return activity;
    },
    get certificates() {
      return certificates;
    },
    get isComing() {
      return isWanted && (isForNobody || cameBehind) && outline.current === undefined;
    },
  };
}

function* certificatesIn({ rollUps }: Book): Generator<[string, string]> {
  for (const [id, { mark }] of rollUps) {
    if (mark?.certificate !== undefined) yield [id, mark.certificate];
  }
}

function hereAndNow() {
  return { now: Date.now(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

/** Answers how content items are called, wherever on the site they are; by their id until that is known. */
export function titleFinder(): (contentId: string) => string {
  const progress = getProgress();
  const outline = wholeOutline(() => progress.attention.length > 0);
  const titles = $derived(Object.fromEntries(titlesIn(outline.current?.content ?? [])));
  return (id) => (Object.hasOwn(titles, id) ? titles[id]! : id);
}

function* titlesIn(content: readonly ContentData[]): Generator<[string, string]> {
  for (const { id, aliases = [], title, children = [] } of content) {
    for (const each of [id, ...aliases]) yield [each, title];
    yield* titlesIn(children);
  }
}

async function fetchOutline(): Promise<Outline | null> {
  const answer = await fetch(ADDRESS).catch(() => null);
  return answer?.ok ? ((await answer.json()) as Outline) : null;
}
