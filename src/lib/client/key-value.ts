/** Names a value: what it is, then whose. Keys sort part by part, numbers before text. */
export type Key = readonly [string, ...(string | number)[]];

/** A value and its key. */
export type Entry<T = unknown> = readonly [Key, T];

/** Values as of one moment. */
export interface Reads {
  get(key: Key): Promise<unknown>;
  /** All values whose keys begin with a prefix, by key. */
  list(prefix: Key): Promise<Entry[]>;
}

/**
 * Values that change together, or not at all: a change that cannot be made fails the whole step.
 * What is read after a change sees it.
 */
export interface Writes extends Reads {
  put(key: Key, value: unknown): void;
  delete(key: Key): void;
  /** Deletes all values whose keys begin with a prefix. */
  clear(prefix: Key): void;
}

/**
 * Values by key, used in one step at a time: nothing of another step, or of another tab, comes in
 * between. A step awaits nothing but what it is handed. One that fails has changed nothing. One that
 * awaits nothing at all needs its page no longer when `write` returns, if the values are open.
 */
export interface KeyValue {
  /** False when all of it goes with the page. */
  readonly durable: boolean;
  read<T>(step: (values: Reads) => Promise<T>): Promise<T>;
  write<T>(step: (values: Writes) => T | Promise<T>): Promise<T>;
}
