import type { Attachment } from 'svelte/attachments';
import type { ProgressState } from '../progress-state.svelte.ts';

/** Makes an element, best a button, the one that completes an item and takes it back when pressed. */
export function button(progress: ProgressState, id: string): Attachment<HTMLElement> {
  return (element) => {
    const isCompleted = progress.get(id).status === 'completed';
    const press = () => void (isCompleted ? progress.reopen(id) : progress.complete(id));
    element.ariaPressed = String(isCompleted);
    element.addEventListener('click', press);
    return () => element.removeEventListener('click', press);
  };
}
