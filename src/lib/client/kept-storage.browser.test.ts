import { expect, onTestFinished, test, vi } from 'vitest';
import { userKey } from './device-storage.ts';
import { deviceStorageContract } from './device-storage.testing.ts';
import { keptStorage } from './kept-storage.ts';
import { indexedDbKeyValue } from './key-value-indexed-db.ts';
import { StorageLost } from './outbox.ts';

let databases = 0;

/** Storage in a database of its own. */
const fresh = async (newId: () => string, name = `cairn-test-${++databases}`) => {
  onTestFinished(() => deleteDatabase(name));
  return keptStorage(await indexedDbKeyValue(name), newId);
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

test.each([
  { act: completed, asked: ['get'] },
  {
    act: { kind: 'spent', ms: 9, contentId: 'a', epoch: 0, at: 1 } as const,
    asked: ['get', 'getAllKeys', 'getAll', 'getAllKeys', 'getAll'],
  },
])('$act.kind waits for the disk once before it needs its page no longer', async (example) => {
  const { act, asked } = example;
  const outbox = await (await fresh(newId)).outbox(userKey('ada'));
  const seen = watchRequests();
  await outbox.add([act]);
  expect(seen).toEqual([
    ...asked,
    ...asked.map((name) => `${name} answered`),
    ...['put', 'put', 'put', 'commit'],
    ...['put answered', 'put answered', 'put answered'],
  ]);
});

/** Notes what is asked of IndexedDB, and when it answers, until the test ends. */
function watchRequests(): string[] {
  const seen: string[] = [];
  for (const name of ['get', 'getAll', 'getAllKeys', 'put'] as const) {
    const ask = IDBObjectStore.prototype[name] as (...given: unknown[]) => IDBRequest;
    vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (
      this: IDBObjectStore,
      ...given: unknown[]
    ) {
      seen.push(name);
      const request = ask.apply(this, given);
      request.addEventListener('success', () => seen.push(`${name} answered`));
      return request;
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
