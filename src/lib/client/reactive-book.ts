import { SvelteMap } from 'svelte/reactivity';
import type { Book } from '../core/index.ts';
import { isSame } from '../core/index.ts';

/** A book whose every entry is reactive by itself. */
export function reactiveBook({ states, rollUps }: Book): Book {
  return { states: new SvelteMap(states), rollUps: new SvelteMap(rollUps) };
}

/** Puts into a book what differs in another, so that only what changed is drawn again. */
export function bringTo(shown: Book, view: Book): void {
  replaceChanged(shown.states, view.states);
  replaceChanged(shown.rollUps, view.rollUps);
}

function replaceChanged<T>(shown: Map<string, T>, view: ReadonlyMap<string, T>): void {
  for (const [id, value] of view) {
    if (!isSame(shown.get(id), value)) shown.set(id, value);
  }
}
