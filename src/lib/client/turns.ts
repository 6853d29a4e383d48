/** Work on one thing: each piece begins at once, or in its turn. */
export class Turns {
  #begun: Promise<unknown> = Promise.resolve();

  /** Resolves when all that was begun so far has ended. */
  get begun(): Promise<unknown> {
    return this.#begun;
  }

  /** Does work when all that was begun before has ended, well or not. */
  inTurn(work: () => Promise<void>): Promise<void> {
    return this.atOnce(() => this.#begun.then(work));
  }

  /** Does work now; what is done in its turn waits for it too. */
  atOnce(work: () => Promise<void>): Promise<void> {
    const done = work();
    // Whoever asked hears of a failure; it does not stop what comes after.
    this.#begun = Promise.allSettled([this.#begun, done]);
    return done;
  }
}
