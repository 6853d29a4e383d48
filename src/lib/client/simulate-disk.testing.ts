import type { Entry, Key, KeyValue, Writes } from './key-value.ts';
import { memoryKeyValue } from './key-value-memory.ts';

/** What a browser keeps for the site, and what may become of it. */
export interface Disk {
  values: KeyValue;
  /** Nothing can be put any more; what is deleted is. */
  isFull: boolean;
  /** How often something found no room. */
  readonly refused: number;
  /** How many steps are under way. */
  readonly busy: number;
  /** Deletes all of it underneath the pages. */
  delete(): void;
  /** Remembers how it is now. */
  backUp(): Promise<void>;
  /** Puts everything back as it was remembered. Without that it does nothing, and says so. */
  restore(): Promise<boolean>;
}

/** All keys begin with nothing. */
const EVERYTHING = [] as unknown as Key;

/** Makes a disk that outlives its pages, empty. Each of its steps takes so many turns of the event loop. */
export function createDisk(turns = 0): Disk {
  let kept = memoryKeyValue();
  let backup: readonly Entry[] | null = null;
  let refused = 0;
  let busy = 0;
  /** Steps follow on one another, and each takes its time. */
  const run = <T>(step: (values: Writes) => T | Promise<T>): Promise<T> => {
    busy++;
    const slowly = async (values: Writes) => {
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      return step(values);
    };
    return kept.write(slowly).finally(() => busy--);
  };
  const put = (values: Writes, entry: Entry) => {
    if (!disk.isFull) return values.put(...entry);
    refused++;
    throw new DOMException('No room.', 'QuotaExceededError');
  };
  const disk: Disk = {
    isFull: false,
    get refused() {
      return refused;
    },
    get busy() {
      return busy;
    },
    values: {
      durable: true,
      read: run,
      write: (step) => run((values) => step({ ...values, put: (...entry) => put(values, entry) })),
    },
    delete: () => {
      kept = memoryKeyValue();
    },
    backUp: async () => {
      backup = await kept.read((values) => values.list(EVERYTHING));
    },
    restore: async () => {
      const entries = backup;
      if (!entries) return false;
      kept = memoryKeyValue();
      await kept.write(async (values) => {
        for (const entry of entries) values.put(...entry);
      });
      return true;
    },
  };
  return disk;
}
