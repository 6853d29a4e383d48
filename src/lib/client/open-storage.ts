import type { DeviceStorage } from './device-storage.ts';
import { keptStorage } from './kept-storage.ts';
import { indexedDbKeyValue } from './key-value-indexed-db.ts';
import { memoryKeyValue } from './key-value-memory.ts';

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
  // Refused: what is done is kept in the page and sent at once, and the page says so.
  const kept = await indexedDbKeyValue('sveltekit-cairn').catch(memoryKeyValue);
  return keptStorage(kept, newId);
}
