/** Who has done nothing for so long is not there. */
const ATTENTION_MS = 60_000;

/**
 * Counts the time in which somebody is really there: the page is in view and has the focus, and
 * something was done, or media played, within the last minute. All times in milliseconds by one
 * clock that never goes back.
 */
export class ActiveClock {
  readonly #attention: number;
  #active = 0;
  #countedTo = 0;
  #thereUntil = 0;
  #isInView = false;

  constructor(attention = ATTENTION_MS) {
    this.#attention = attention;
  }

  /** Active time so far. */
  count(now: number): number {
    if (this.#isInView) {
      this.#active += Math.max(0, Math.min(now, this.#thereUntil) - this.#countedTo);
    }
    this.#countedTo = now;
    return this.#active;
  }

  /** Something was done, or media played. */
  touch(now: number): void {
    this.count(now);
    this.#thereUntil = now + this.#attention;
  }

  /** The page is in view with the focus from now on, or is not; coming to it is doing something. */
  show(now: number, isInView: boolean): void {
    this.count(now);
    if (isInView && !this.#isInView) this.touch(now);
    this.#isInView = isInView;
  }
}
