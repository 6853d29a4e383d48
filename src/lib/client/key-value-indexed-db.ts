import type { Entry, Key, KeyValue, Writes } from './key-value.ts';

const STORE = 'values';

/**
 * Values in the browser's IndexedDB, shared by all tabs of the site.
 *
 * @throws DOMException when the browser refuses it.
 */
export async function indexedDbKeyValue(name: string): Promise<KeyValue> {
  const connect = connectionTo(name);
  const run = async <T>(mode: IDBTransactionMode, step: (values: Writes) => T | Promise<T>) => {
    const begun = connect(mode);
    // Nothing is awaited that is there: this call may be the last of its page.
    const transaction = begun instanceof Promise ? await begun : begun;
    const ended = endOf(transaction);
    // Whoever asked hears of a failure once.
    ended.catch(() => undefined);
    try {
      const done = step(writesOn(transaction.objectStore(STORE)));
      const result = done instanceof Promise ? await done : done;
      transaction.commit();
      await ended;
      return result;
    } catch (error) {
      if (transaction.error === null) abort(transaction);
      throw transaction.error ?? error;
    }
  };
  await run('readonly', async () => undefined);
  return {
    durable: true,
    read: (step) => run('readonly', step),
    write: (step) => run('readwrite', step),
  };
}

function writesOn(store: IDBObjectStore): Writes {
  return {
    get: (key) => answerTo(store.get(named(key))),
    list: async (prefix) => {
      const range = within(prefix);
      const [keys, values] = await Promise.all([
        answerTo(store.getAllKeys(range)),
        answerTo(store.getAll(range)),
      ]);
      return keys.map((key, n): Entry => [key as unknown as Key, values[n]]);
    },
    // One that fails ends the transaction, and with it the step.
    put: (key, value) => store.put(value, named(key)),
    delete: (key) => store.delete(named(key)),
    clear: (prefix) => store.delete(within(prefix)),
  };
}

function named(key: Key): IDBValidKey {
  return [...key];
}

/** All keys with a prefix: an array sorts after every text and number. */
function within(prefix: Key): IDBKeyRange {
  return IDBKeyRange.bound(prefix, [...prefix, []]);
}

/**
 * Begins transactions on a database that is opened at first use, and again when it was closed
 * underneath; at once while it is open.
 */
function connectionTo(
  name: string,
): (mode: IDBTransactionMode) => IDBTransaction | Promise<IDBTransaction> {
  let database: IDBDatabase | null = null;
  let opening: Promise<IDBDatabase> | null = null;
  const forget = () => {
    database = opening = null;
  };
  const open = async () => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const opened = await answerTo(request);
    opened.onclose = forget;
    // Somebody deletes it, or a newer page has another version of it: neither is held up.
    opened.onversionchange = () => {
      opened.close();
      forget();
    };
    database = opened;
    return opened;
  };
  // A mark outlives a power cut, not only the browser.
  const begin = (opened: IDBDatabase, mode: IDBTransactionMode) =>
    opened.transaction(STORE, mode, { durability: 'strict' });
  const beginOnceOpen = async (mode: IDBTransactionMode) => {
    opening ??= open();
    opening.catch(forget);
    return begin(await opening, mode);
  };
  return (mode) => {
    if (database) {
      try {
        return begin(database, mode);
      } catch {
        // Closed, and the event that says so is still to come.
        forget();
      }
    }
    return beginOnceOpen(mode).catch(() => beginOnceOpen(mode));
  };
}

function answerTo<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('It was given up.'));
  });
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It had ended by itself.
  }
}
