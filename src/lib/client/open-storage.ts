import type { DeviceStorage } from './device-storage.ts';
import type { Environment } from './environment.ts';
import { keptStorage } from './kept-storage.ts';
import { indexedDbKeyValue } from './key-value-indexed-db.ts';
import { memoryKeyValue } from './key-value-memory.ts';

/** Browsers have been seen that never answer; in milliseconds. */
const LONGEST_OPENING = 10_000;

/**
 * Answers how to come by this device's storage: the browser's IndexedDB, or memory where there is
 * none or the browser refuses it (private mode, storage blocked) or does not answer; or the one that is
 * given. Opened when it is first asked for, and what was noted there is recovered.
 */
export function openStorage(
  environment: Environment,
  given?: DeviceStorage,
): () => Promise<DeviceStorage> {
  let opened: Promise<DeviceStorage> | undefined;
  return () => {
    opened ??= open(environment, given);
    return opened;
  };
}

async function open(environment: Environment, given?: DeviceStorage): Promise<DeviceStorage> {
  const storage = given ?? (await browserStorage(environment));
  // Whatever is wrong with what was noted, the rest is there.
  await storage.recover(environment.now()).catch(() => false);
  return storage;
}

async function browserStorage({ newId, timer }: Environment): Promise<DeviceStorage> {
  const unanswered = new Promise<never>((_, reject) =>
    timer(reject as () => void, LONGEST_OPENING),
  );
  // Refused: what is done is kept in the page and sent at once, and the page says so.
  const open = (name: string) =>
    Promise.race([indexedDbKeyValue(name), unanswered]).catch(memoryKeyValue);
  const [kept, notes] = await Promise.all([open('sveltekit-cairn'), open('sveltekit-cairn-notes')]);
  // What a page keeps in memory goes with it: it takes no notes off the disk.
  return keptStorage(kept, newId, kept.durable ? notes : kept);
}
