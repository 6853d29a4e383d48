import type { Environment } from './environment.ts';

/** A clock that moves when a test says so, and the timers on it. */
export interface FakeClock extends Pick<Environment, 'now' | 'timer'> {
  /** Goes on by some milliseconds, doing in order what was set for then. */
  advance(ms: number): Promise<void>;
  /** Goes on by some milliseconds in one leap, as for a machine that slept: what is due is done once. */
  leap(ms: number): Promise<void>;
  /** Starts again at a time, without timers. */
  reset(time: number): void;
}

/** Makes a clock; `settle` waits until nothing moves any more. */
export function createClock(start: number, settle: () => Promise<void>): FakeClock {
  let time = start;
  let timers: { action: () => void; at: number }[] = [];
  const next = (until: number) => {
    const [first] = timers.sort((a, b) => a.at - b.at);
    if (!first || first.at > until) return null;
    timers = timers.slice(1);
    return first;
  };
  return {
    now: () => time,
    timer: (action, ms) => {
      const timer = { action, at: time + ms };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance: async (ms) => {
      const end = time + ms;
      await settle();
      for (let timer = next(end); timer; timer = next(end)) {
        time = Math.max(time, timer.at);
        timer.action();
        await settle();
      }
      time = end;
    },
    leap: async (ms) => {
      time += ms;
      for (let timer = next(time); timer; timer = next(time)) timer.action();
      await settle();
    },
    reset: (to) => {
      time = to;
      timers = [];
    },
  };
}
