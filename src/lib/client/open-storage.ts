import type { DeviceStorage } from './device-storage.ts';
import { keptStorage } from './kept-storage.ts';
import { indexedDbKeyValue } from './key-value-indexed-db.ts';
import { memoryStorage } from './memory-storage.ts';

/**
 * Answers how to come by this device's storage: the browser's IndexedDB, or memory where there is
 * none or the browser refuses it (private mode, storage blocked); or the one that is given. Opened
 * when it is first asked for.
 */
export function openStorage(
  newId: () => string,
  given?: DeviceStorage,
): () => Promise<DeviceStorage> {
  let opened: Promise<DeviceStorage> | undefined;
  return () => {
    opened ??= open(newId, given);
    return opened;
  };
}

async function open(newId: () => string, given?: DeviceStorage): Promise<DeviceStorage> {
  const storage = given ?? (await browserStorage(newId));
  await storage.recover();
  return storage;
}

async function browserStorage(newId: () => string): Promise<DeviceStorage> {
  const databases = ['sveltekit-cairn', 'sveltekit-cairn-notes'].map(indexedDbKeyValue);
  try {
    const [kept, notes] = await Promise.all(databases);
    return keptStorage(kept!, newId, notes);
  } catch {
    // Refused: what is done is kept in the page and sent at once, and the page says so.
    return memoryStorage(newId);
  }
}
