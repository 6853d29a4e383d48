/** Whoever has something to tell before a page is left. */
export class Leaving {
  readonly #listeners = new Set<() => void>();

  /** Returns how to end it, which tells a last time where that still makes sense. */
  listen(tell: () => void, makesSense: () => boolean): () => void {
    this.#listeners.add(tell);
    return () => {
      this.#listeners.delete(tell);
      if (makesSense()) tell();
    };
  }

  tell(): void {
    for (const tell of this.#listeners) tell();
  }
}
