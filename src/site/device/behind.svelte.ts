import { invalidate } from '$app/navigation';
import { navigating } from '$app/state';
import { createContext } from 'svelte';
import type { ProgressState } from 'sveltekit-cairn/client';

const [get, set] = createContext<() => boolean>();

/** Says whether something was done here that is not in what the server has summed up for this page. */
export const getIsBehind = get;

/** For the layout: has the server sum up again when all that was done here has arrived there. */
export function watchSums(progress: ProgressState): void {
  let isBehind = $state(false);
  let hasWaited = false;
  set(() => isBehind);

  $effect.pre(() => {
    if (progress.device.waitingUnits > 0) isBehind = true;
  });
  $effect(() => {
    if (progress.pending > 0) hasWaited = true;
    // A page that is on its way may have been summed up before: it is asked for again once it is here.
    else if (hasWaited && navigating.to === null) {
      hasWaited = false;
      void askAgain();
    }
  });

  async function askAgain(): Promise<void> {
    await invalidate('cairn:overview');
    isBehind = progress.device.waitingUnits > 0;
  }
}
