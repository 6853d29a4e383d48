import type { DeviceStorage } from './device-storage.ts';
import { openIndexedDb } from './indexed-db-storage.ts';
import { memoryStorage } from './memory-storage.ts';

/**
 * Answers how to come by this device's storage: the browser's IndexedDB, or memory where there is
 * none or the browser refuses it (private mode, storage blocked). Opened when it is first asked for.
 */
export function openStorage(newId: () => string): () => Promise<DeviceStorage> {
  let opened: Promise<DeviceStorage> | undefined;
  return () => {
    opened ??= open(newId);
    return opened;
  };
}

async function open(newId: () => string): Promise<DeviceStorage> {
  try {
    return typeof indexedDB === 'undefined' ? memoryStorage(newId) : await openIndexedDb(newId);
  } catch {
    // Refused: what is done is kept in the page and sent at once, and the page says so.
    return memoryStorage(newId);
  }
}
