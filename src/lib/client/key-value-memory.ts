import type { Entry, Key, KeyValue, Writes } from './key-value.ts';

/** Values that last as long as the page. */
export function memoryKeyValue(): KeyValue {
  let kept: ReadonlyMap<string, Entry> = new Map();
  let turn: Promise<unknown> = Promise.resolve();

  const write = <T>(step: (values: Writes) => T | Promise<T>): Promise<T> => {
    const done = turn.then(async () => {
      const values = new Map(kept);
      const result = await step(writesOn(values));
      kept = values;
      return result;
    });
    turn = done.catch(() => undefined);
    return done;
  };
  return { durable: false, read: write, write };
}

function writesOn(values: Map<string, Entry>): Writes {
  const within = (prefix: Key) =>
    [...values.values()].filter(([key]) => prefix.every((part, n) => part === key[n]));
  return {
    get: async (key) => values.get(nameOf(key))?.[1],
    list: async (prefix) => within(prefix).sort(([a], [b]) => compare(a, b)),
    put: (key, value) => values.set(nameOf(key), [key, value]),
    delete: (key) => values.delete(nameOf(key)),
    clear: (prefix) => {
      for (const [key] of within(prefix)) values.delete(nameOf(key));
    },
  };
}

function nameOf(key: Key): string {
  return JSON.stringify(key);
}

/** As IndexedDB sorts keys of one form. */
function compare(a: Key, b: Key): number {
  const at = a.findIndex((part, n) => part !== b[n]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}
