import { expect, onTestFinished, test, vi } from 'vitest';
import { userKey } from './device-storage.ts';
import { deviceStorageContract } from './device-storage.testing.ts';
import { keptStorage } from './kept-storage.ts';
import { indexedDbKeyValue } from './key-value-indexed-db.ts';
import { StorageLost } from './outbox.ts';

let databases = 0;

/** Storage in databases of its own. */
const fresh = async (newId: () => string, name = `cairn-test-${++databases}`) => {
  const names = [name, `${name}-notes`];
  onTestFinished(async () => {
    await Promise.all(names.map(deleteDatabase));
  });
  const [kept, notes] = await Promise.all(names.map(indexedDbKeyValue));
  return keptStorage(kept!, newId, notes);
};

deviceStorageContract('device storage in IndexedDB', fresh);

const completed = { kind: 'completed', by: 'button', contentId: 'a', epoch: 0, at: 1 } as const;
const newId = () => crypto.randomUUID();

test('another tab finds what this one kept', async () => {
  const name = `cairn-test-${++databases}`;
  const [one, other] = [await fresh(newId, name), await fresh(newId, name)];
  const outbox = await one.outbox(userKey('ada'));
  const kept = await outbox.add([completed]);
  const seen = await other.outbox(userKey('ada'));
  expect([outbox.restored, seen.restored]).toEqual([false, true]);
  expect(await seen.unacknowledged()).toEqual(kept);
});

test('tabs that add at the same moment never give a number twice', async () => {
  const name = `cairn-test-${++databases}`;
  const tabs = await Promise.all([1, 2, 3].map(() => fresh(newId, name)));
  const outboxes = await Promise.all(tabs.map((tab) => tab.outbox(userKey('ada'))));
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => outboxes[n % 3]!.add([{ ...completed, at: n }])),
  );
  const operations = await outboxes[0]!.unacknowledged();
  expect(operations.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  expect(new Set(operations.map(({ at }) => at)).size).toBe(60);
});

test('an outbox whose database was deleted says so, and a new one works', async () => {
  const name = `cairn-test-${++databases}`;
  const storage = await fresh(newId, name);
  const outbox = await storage.outbox(userKey('ada'));
  await outbox.add([completed]);
  await deleteDatabase(name);
  await expect(outbox.add([completed])).rejects.toThrow(StorageLost);
  const again = await storage.outbox(userKey('ada'));
  expect(again.restored).toBe(false);
  expect(await again.add([completed])).toHaveLength(1);
});

test('what is noted is on its way to the disk before the call returns', async () => {
  const storage = await fresh(newId);
  const seen = watchRequests();
  storage.note(userKey('ada'), [completed]);
  expect(seen).toEqual(['put', 'commit']);
  expect(await storage.recover(0)).toBe(true);
});

test('what is noted waits for nobody who is at the rest', async () => {
  const name = `cairn-test-${++databases}`;
  const storage = await fresh(newId, name);
  const outbox = await storage.outbox(userKey('ada'));
  const busy = await indexedDbKeyValue(name);
  let isBusy = true;
  const done = busy.write(async (values) => {
    while (isBusy) await values.get(['here']);
  });
  let isAdded = false;
  const added = outbox.add([completed]).then(() => (isAdded = true));
  storage.note(userKey('ada'), [completed]);
  const notes = await indexedDbKeyValue(`${name}-notes`);
  expect(await notes.read((values) => values.list(['noted']))).toHaveLength(1);
  expect(isAdded).toBe(false);
  isBusy = false;
  await Promise.all([done, added]);
});

/** Notes what is asked of IndexedDB, until the test ends. */
function watchRequests(): string[] {
  const seen: string[] = [];
  for (const name of ['get', 'getAll', 'getAllKeys', 'put'] as const) {
    const ask = IDBObjectStore.prototype[name] as (...given: unknown[]) => IDBRequest;
    vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (
      this: IDBObjectStore,
      ...given: unknown[]
    ) {
      seen.push(name);
      return ask.apply(this, given);
    });
  }
  const { commit } = IDBTransaction.prototype;
  vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
    seen.push('commit');
    commit.call(this);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return seen;
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error!);
  });
}
