import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Everything that the caches hold, as it is read: path, and text. */
export interface Stored {
  cache: string;
  path: string;
  headers: Record<string, string>;
  text: string;
}

/** Waits until a service worker answers for the page. */
export async function workerReady(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Everything that the caches of this browser hold. */
export function storedOn(page: Page): Promise<Stored[]> {
  return page.evaluate(async () => {
    const stored: Stored[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const copy = (await cache.match(request, { ignoreVary: true }))!;
        const body = copy.headers.has('x-cairn-packed')
          ? copy.body!.pipeThrough(new DecompressionStream('gzip'))
          : copy.body;
        stored.push({
          cache: name,
          path: decodeURI(new URL(request.url).pathname),
          headers: Object.fromEntries(copy.headers),
          text: await new Response(body).text(),
        });
      }
    }
    return stored;
  });
}

/** Waits until a page and its data are stored, in the cache of this build. */
export async function copied(page: Page, path: string, build = ''): Promise<void> {
  const wanted = { paths: [path, path === '/' ? '/__data.json' : `${path}/__data.json`], build };
  const areThere = () =>
    page.evaluate(async ({ paths, build }) => {
      const names = (await caches.keys()).filter((name) => name.startsWith(`cairn-build-${build}`));
      for (const name of names) {
        const cache = await caches.open(name);
        const found = await Promise.all(
          paths.map((each) => cache.match(each, { ignoreVary: true })),
        );
        if (found.every(Boolean)) return true;
      }
      return false;
    }, wanted);
  await expect.poll(areThere, { message: `a copy of ${path}` }).toBe(true);
}

/** All that this browser's databases hold, as text. */
export function databasesOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const opened = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('Not to be read.'));
      });
    const found: unknown[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await opened(indexedDB.open(name!));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        found.push(await opened(rows.getAllKeys()), await opened(rows.getAll()));
      }
      database.close();
    }
    return JSON.stringify(found);
  });
}
