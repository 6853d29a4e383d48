import type { Attachment } from 'svelte/attachments';
import type { CompletionTrigger, Item } from '../../core/index.ts';
import type { ProgressState } from '../progress-state.svelte.ts';
import { automatic } from './automatic.svelte.ts';
import { watchActivity } from './watch-activity.ts';

/**
 * Completes a unit when the learner's active time on it has reached the seconds that its
 * `completion` names, else its duration. Earlier visits count, unless they were enough already:
 * what was taken back since takes its time again.
 */
export function time(progress: ProgressState, id: string): Attachment<HTMLElement> {
  return automatic(progress, {
    id,
    by: 'time',
    watch(_, done) {
      const needed = neededMs(progress.catalogue.items.get(id)!);
      const { timeSpentMs } = progress.get(id);
      const before = timeSpentMs < needed ? timeSpentMs : 0;
      return watchActivity((active) => {
        if (before + active >= needed) done();
      }).stop;
    },
  });
}

function neededMs({ completion = [], duration = Infinity }: Item): number {
  const named = completion.find(isTime);
  return named ? named.time * 1000 : duration * 60_000;
}

function isTime(trigger: CompletionTrigger): trigger is { time: number } {
  return typeof trigger === 'object';
}
