/** Calls back after some milliseconds; returns how to call it off. */
export type Timer = (action: () => void, ms: number) => () => void;

/** Does something again and again, after pauses of some milliseconds; returns how to end it. */
export function every(ms: number, timer: Timer, action: () => void): () => void {
  let cancel: () => void;
  const wait = () => {
    cancel = timer(() => {
      action();
      wait();
    }, ms);
  };
  wait();
  return () => cancel();
}

/** What the client takes from the world around it; a test puts its own in place. */
export interface Environment {
  fetch: typeof fetch;
  /** Milliseconds since 1970 by this device's clock. */
  now: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** A fresh id for a device or an attempt. */
  newId: () => string;
  timer: Timer;
}

/** The world as a browser, or Node, has it. */
export function systemEnvironment(): Environment {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    random: () => Math.random(),
    newId,
    timer: (action, ms) => {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** 32 hexadecimal digits; `crypto.randomUUID` is missing on a page that came over plain http. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
