import type { DeviceStorage } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { News, Tabs } from './tabs.ts';

/** One browser: what it keeps, and tabs that hear one another. */
export interface FakeBrowser {
  storage: DeviceStorage;
  /** What a new tab knows of the others. */
  tab(): Tabs;
}

/** Makes a browser with nothing in it, or with what is in `storage`. */
export function createBrowser(
  newId: () => string,
  storage: DeviceStorage = memoryStorage(newId),
): FakeBrowser {
  const listeners = new Set<{ tab: object; hear: (news: News) => void }>();
  const turns = new Map<string, Promise<void>>();
  return {
    storage,
    tab: () => {
      const tab = {};
      return {
        tell: (news) => {
          // As in a browser, later, and a copy.
          const copy = structuredClone(news);
          setImmediate(() => {
            for (const each of listeners) if (each.tab !== tab) each.hear(copy);
          });
        },
        listen: (hear) => {
          const listener = { tab, hear };
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        alone: (name, work) => {
          const turn = (turns.get(name) ?? Promise.resolve()).then(work);
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
