import type { DeviceStorage } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { News, Tabs } from './tabs.ts';

/** One browser: what it keeps, and tabs that hear one another. */
export interface FakeBrowser {
  storage: DeviceStorage;
  /** What a new tab knows of the others, until it is gone. */
  tab(gone?: Promise<void>): Tabs;
  /** How much was told and not heard yet. */
  readonly busy: number;
}

/** Makes a browser with nothing in it, or with what is in `storage`. */
export function createBrowser(
  newId: () => string,
  storage: DeviceStorage = memoryStorage(newId),
): FakeBrowser {
  const listeners = new Set<{ tab: object; hear: (news: News) => void }>();
  const turns = new Map<string, Promise<void>>();
  let busy = 0;
  return {
    storage,
    get busy() {
      return busy;
    },
    tab: (gone = new Promise(() => undefined)) => {
      const tab = {};
      return {
        tell: (news) => {
          if (![...listeners].some((each) => each.tab !== tab)) return;
          // As in a browser, later, and a copy.
          const copy = structuredClone(news);
          busy++;
          setImmediate(() => {
            busy--;
            for (const each of listeners) if (each.tab !== tab) each.hear(copy);
          });
        },
        listen: (hear) => {
          const listener = { tab, hear };
          listeners.add(listener);
          void gone.then(() => listeners.delete(listener));
          return () => void listeners.delete(listener);
        },
        alone: (name, work) => {
          // A tab that is gone holds no lock.
          const turn = (turns.get(name) ?? Promise.resolve()).then(() =>
            Promise.race([work(), gone]),
          );
          turns.set(
            name,
            turn.catch(() => undefined),
          );
          return turn;
        },
      };
    },
  };
}
