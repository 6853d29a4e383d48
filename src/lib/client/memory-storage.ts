import type { DeviceStorage } from './device-storage.ts';
import { memoryKeyValue } from './key-value-memory.ts';
import { keptStorage } from './kept-storage.ts';

/** Device storage that lasts as long as the page. */
export function memoryStorage(newId: () => string): DeviceStorage {
  return keptStorage(memoryKeyValue(), newId);
}
