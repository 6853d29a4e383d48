import type { CompletedBy } from 'sveltekit-cairn';
import { untrack } from 'svelte';

/** Long enough to be read and pressed; afterwards it is where it always is. */
const SHOWN_MS = 10_000;

/** What stands at the end of a unit's page. */
interface Mark {
  id: string;
  /** What completed it; null while it is open. */
  by: CompletedBy | null;
  /** Whether that is for certain. */
  isKnown: boolean;
}

/**
 * Says for a while that the unit which is being read was completed by itself just now: it is told
 * where the learner is, not at the end of the text alone. Call it while a component is made.
 */
export function news(mark: () => Mark): { readonly current: boolean } {
  const now = $derived(mark());
  const page = $derived(`${now.id} ${now.isKnown}`);
  const by = $derived(now.by);
  let before: { page: string; by: CompletedBy | null } | undefined;
  let isNews = $state(false);
  $effect(() => {
    const isOpenBefore = before?.page === page && before.by === null;
    before = { page, by };
    untrack(() => (isNews = isOpenBefore && by !== null && by !== 'button'));
    const timer = setTimeout(() => (isNews = false), SHOWN_MS);
    return () => clearTimeout(timer);
  });
  return {
    get current() {
      return isNews;
    },
  };
}
