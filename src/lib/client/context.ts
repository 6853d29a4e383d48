import { createContext } from 'svelte';
import type { ProgressState } from './progress-state.svelte.ts';

const [get, set, isSet] = createContext<ProgressState>();

/** Hands a layout's progress down to all components inside it. */
export function setProgress(progress: ProgressState): ProgressState {
  return set(progress);
}

/**
 * The progress that a layout around this component has handed down.
 *
 * @throws Error when no layout has.
 */
export function getProgress(): ProgressState {
  if (isSet()) return get();
  throw new Error(
    'No progress here: call setProgress(new ProgressState({ loaded: data.progress })) in a layout around this component.',
  );
}
