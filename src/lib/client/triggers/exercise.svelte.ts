import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { Item } from '../../core/index.ts';
import type { ProgressState } from '../progress-state.svelte.ts';

/**
 * On the page of an exercise: completes the lessons beside it whose `completion` names `exercise`,
 * when the exercise is passed while the page is shown. The exercise itself is completed by the
 * attempt that passed.
 */
export function exercise(progress: ProgressState, id: string): Attachment {
  const isPassed = $derived(progress.get(id).completedBy === 'exercise');
  /** What is already known when the page opens is nothing that happens on it. */
  let wasPassed: boolean | undefined;
  return () => {
    if (!progress.known) return;
    const lessons = untrack(() => lessonsBeside(progress, id));
    if (isPassed && wasPassed === false) {
      for (const lesson of lessons) void untrack(() => progress.complete(lesson.id, 'exercise'));
    }
    wasPassed = isPassed;
  };
}

function lessonsBeside({ catalogue }: ProgressState, id: string): Item[] {
  const siblings = catalogue.items.get(id)?.parent?.children ?? catalogue.roots;
  return siblings.filter(
    ({ type, completion }) => type === 'lesson' && completion?.includes('exercise'),
  );
}
