// The site without a network. A page's copy is made by this worker alone, asking as nobody (fetch-copies.ts);
// what a learner's own browsing brings passes through (answers.ts) and is never stored.
import { version as build } from '$app/env';
import { assets, immutable } from '$app/manifest';
import { self } from '$app/service-worker';
import { changeShelf, withVisit } from '../site/offline/shelf.ts';
import { cacheOf } from '../site/offline/copies.ts';
import type { ToWorker } from '../site/offline/to-worker.ts';
import { answerFor } from './answers.ts';
import { fetchCatalogue, fetchCopies } from './fetch-copies.ts';
import { keepCourse } from './keep-course.ts';
import { kindOf } from './kind-of.ts';
import { unlessFull, upkeep } from './upkeep.ts';

const ownFiles = new Set([...immutable, ...assets].map(({ path }) => `/${path}`));

self.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

// Fetching copies anew takes its time, and no request is answered before this event has ended: it
// waits for the next page that is shown. Until then those of the last build serve.
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const kind = kindOf(event.request, { origin: self.location.origin, ownFiles });
  if (kind) event.respondWith(answerFor(build, event.request, kind));
});

self.addEventListener('message', (event) => {
  const asked = event.data as ToWorker;
  if (asked.kind === 'keep') event.waitUntil(keepCourse(build, asked.course, event.ports[0]!));
  else event.waitUntil(unlessFull(() => visited(asked.path, asked.version)));
});

/** Stores what every page needs, and the page for those that are not here: all of it or none. */
async function install(): Promise<void> {
  await storeOwnFiles();
  const cache = await caches.open(cacheOf(build));
  // Which names what is here.
  const catalogue = await fetchCatalogue(build);
  await fetchCopies(build, ['/offline']);
  const offline = await cache.match('/offline', { ignoreVary: true });
  if (!catalogue || !offline) throw new Error('The offline page could not be stored.');
}

async function visited(path: string, version: string): Promise<void> {
  await changeShelf((shelf) => withVisit(shelf, path));
  await fetchCopies(build, [path], { version });
  await upkeep(build, version);
  // Somebody may have cleared them away; what fails is done the next time.
  await storeOwnFiles().catch(() => undefined);
}

/** Stores what is not here of this build's scripts and styles. */
async function storeOwnFiles(): Promise<void> {
  const cache = await caches.open(cacheOf(build));
  const there = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll([...ownFiles].filter((path) => !there.has(path)));
}
