import { ActiveClock } from './active-clock.ts';

/** What people do, and what media that play do. */
const SIGNS = [
  'pointerdown',
  'pointermove',
  'keydown',
  'wheel',
  'touchmove',
  'scroll',
  'timeupdate',
];

/** Active time on this page since it was first watched. */
export interface Activity {
  /** In milliseconds. */
  active(): number;
  stop(): void;
}

/** Watches whether somebody is there; calls back every second with the active milliseconds so far. */
export function watchActivity(everySecond: (active: number) => void): Activity {
  const clock = new ActiveClock();
  const listening = new AbortController();
  const { signal } = listening;
  const touch = () => clock.touch(performance.now());
  const look = () => clock.show(performance.now(), isInView() && document.hasFocus());
  // Captured: neither scrolling nor playing bubbles.
  for (const sign of SIGNS) {
    addEventListener(sign, touch, { signal, capture: true, passive: true });
  }
  for (const turn of ['focus', 'blur', 'visibilitychange']) {
    addEventListener(turn, look, { signal, capture: true });
  }
  look();
  const active = () => clock.count(performance.now());
  const timer = setInterval(() => everySecond(active()), 1000);
  return {
    active,
    stop() {
      clearInterval(timer);
      listening.abort();
    },
  };
}

/** Says whether the page is in view: not in a hidden tab, not drawn ahead of a visit. */
export function isInView(): boolean {
  return document.visibilityState === 'visible';
}
