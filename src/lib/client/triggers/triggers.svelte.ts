import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { Item } from '../../core/index.ts';
import type { ProgressState } from '../progress-state.svelte.ts';
import { opened } from './opened.ts';
import { scroll } from './scroll.ts';
import { spent } from './spent.ts';
import { time } from './time.ts';
import { video } from './video.ts';

/**
 * All that a unit's page notes by itself: that it was opened, how long, and what its `completion`
 * names; of a lesson that names nothing, `scroll`. Put it on the element that holds the text. None of
 * it stands in the way of the button, nor completes what is graded. That an exercise was passed is for
 * the server to say.
 *
 * @example
 * <article {@attach triggers(progress, data.contentId)}>…</article>
 */
export function triggers(progress: ProgressState, id: string): Attachment<HTMLElement> {
  const unit = untrack(() => progress.catalogue.items.get(id)!);
  const attachments: Attachment<HTMLElement>[] = [
    opened(progress, id),
    spent(progress, id),
    ...automaticOf(unit).map((trigger) => trigger(progress, id)),
  ];
  return (element) => {
    // Each by itself: what one of them follows starts no other anew.
    for (const attachment of attachments) $effect(() => attachment(element));
  };
}

function automaticOf({ type, completion, graded }: Item) {
  if (graded) return [];
  const names = (completion ?? (type === 'lesson' ? ['scroll'] : [])).map((trigger) =>
    typeof trigger === 'object' ? 'time' : trigger,
  );
  return [
    ...(names.includes('scroll') ? [scroll] : []),
    ...(names.includes('time') ? [time] : []),
    ...(names.includes('video') ? [video] : []),
  ];
}
