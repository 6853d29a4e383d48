import type { Loaded } from '../core/index.ts';
import type { FakeBrowser } from './browser.testing.ts';
import type { DeviceStorage } from './device-storage.ts';
import type { Timer } from './environment.ts';
import { keptStorage } from './kept-storage.ts';
import type { Places } from './kept-notes.ts';
import type { KeyValue } from './key-value.ts';
import type { Network } from './network.testing.ts';
import { ProgressState } from './progress-state.svelte.ts';
import type { FakePage } from './stage.testing.ts';
import { createPage } from './stage.testing.ts';

/** An open tab: a page, and how it may end. */
export interface Tab {
  progress: ProgressState;
  page: FakePage;
  /** Stands for what only the page holds. */
  place: object;
  /** Its clock. */
  now: () => number;
  /** What the page has been loaded with, latest first. */
  loaded: Loaded[];
  /** The storage was deleted underneath it. */
  isRobbed: boolean;
  readonly isGone: boolean;
  /** Takes in what the server loaded for another page. */
  hydrate(loaded: Loaded): void;
  /**
   * It is gone: at once, or when it has come to so many moments more of asking its storage, each
   * call being two, before it and after it.
   */
  crash(afterMoments?: number): void;
}

/** What a tab is opened with. */
export interface TabOptions {
  place: object;
  loaded: Loaded;
  places: Places;
  /** The storage as the page's code sees it. */
  dress: (storage: DeviceStorage) => DeviceStorage;
  browser: FakeBrowser;
  network: Network;
  timer: Timer;
  now: () => number;
  newId: () => string;
  /** It has gone in the middle of something. */
  onGone: () => void;
}

/** A fresh one each time: whoever waited for one of all would be kept for good. */
const never = () => new Promise<never>(() => undefined);

/** Opens a tab. What it does when it is gone reaches nobody, and nobody reaches it. */
export function openTab(options: TabOptions): Tab {
  const { places, dress, browser, network, now, newId, loaded, onGone } = options;
  let momentsLeft = Infinity;
  let bury: () => void;
  const gone = new Promise<void>((resolve) => {
    bury = resolve;
  });
  const isGone = () => momentsLeft < 0;
  /** Counts one moment at which the tab may go; says whether it is still there. */
  const lives = () => {
    if (isGone()) return false;
    momentsLeft--;
    if (!isGone()) return true;
    bury();
    onGone();
    return false;
  };
  const whileAlive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!lives()) return never();
    const [done] = await Promise.allSettled([work()]);
    if (!lives()) return never();
    if (done.status === 'rejected') throw done.reason;
    return done.value;
  };
  const mortal = (values: KeyValue): KeyValue => ({
    durable: values.durable,
    read: (step) => whileAlive(() => values.read(step)),
    write: (step) => whileAlive(() => values.write(step)),
  });

  const page = createPage();
  const progress = new ProgressState({
    newId,
    loaded,
    now,
    random: () => 0.5,
    tabs: browser.tab(gone),
    storage: dress(keptStorage(mortal(places.kept), newId, mortal(places.notes))),
    timer: (action, ms) => options.timer(() => !isGone() && page.run(action), ms),
    fetch: async (input, init) => {
      if (isGone()) return never();
      const [done] = await Promise.allSettled([network.fetch(input, init)]);
      if (isGone()) return never();
      if (done.status === 'rejected') throw done.reason;
      return done.value;
    },
  });
  page.run(() => progress.start());
  const tab: Tab = {
    progress,
    page,
    place: options.place,
    now,
    loaded: [loaded],
    isRobbed: false,
    get isGone() {
      return isGone();
    },
    hydrate: (again) => {
      tab.loaded.unshift(again);
      page.run(() => progress.hydrate(again));
    },
    crash: (afterMoments = -1) => {
      if (isGone()) return;
      momentsLeft = afterMoments;
      if (!isGone()) return;
      bury();
      progress.stop();
    },
  };
  return tab;
}
