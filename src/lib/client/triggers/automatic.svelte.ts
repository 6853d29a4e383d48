import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { CompletedBy } from '../../core/index.ts';
import type { ProgressState } from '../progress-state.svelte.ts';

/** What may complete a unit by itself, and how. */
export interface Automatic {
  id: string;
  by: CompletedBy;
  /** Watches the element until it is told to stop, and says when the learner has done enough. */
  watch: (element: HTMLElement, done: () => void) => () => void;
}

/**
 * Completes a unit by itself, once a visit: when the learner takes the completion back, whatever
 * caused it, it stays quiet until the attachment is made anew.
 */
export function automatic(
  progress: ProgressState,
  { id, by, watch }: Automatic,
): Attachment<HTMLElement> {
  const isCompleted = $derived(progress.get(id).status === 'completed');
  let isQuiet = false;
  return (element) => {
    isQuiet ||= isCompleted;
    if (isQuiet) return undefined;
    return untrack(() => watch(element, () => void progress.complete(id, by)));
  };
}
