import type { Outline } from 'sveltekit-cairn';
import { COPY_HEADER } from './copy-mark.ts';
import { keptPages } from './course-pages.ts';
import { isPicture } from './page-files.ts';
import { emptied, oneAtATime, readShelf, withoutCourse, writeShelf } from './shelf.ts';
import type { Shelf } from './shelf.ts';

/** Pages that belong to the site rather than to a course: each device has them, if it may. */
export const SHELL_PAGES: readonly string[] = [
  '/',
  '/dashboard',
  '/device',
  '/offline',
  '/sign-out',
];

/** Where the whole outline is. */
export const CATALOGUE = '/catalogue.json';

/** Names the files that a page's copy shows or links to, by their paths. */
export const FILES_HEADER = 'x-cairn-files';

/** The cache of a build: its scripts and styles, and the pages that name them. */
export function cacheOf(build: string): string {
  return `${PREFIX}${build}`;
}

/** The caches of all builds that are still here, the newest first. */
export async function cacheNames(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX)).reverse();
}

/** Where SvelteKit asks for the data of a page. */
export function dataOf(page: string): string {
  return page === '/' ? '/__data.json' : `${page}/__data.json`;
}

/** What is stored under a path, of the newest build that has it; to be unpacked. */
export async function findCopy(path: string): Promise<Response | undefined> {
  for (const name of await cacheNames()) {
    const copy = await (await caches.open(name)).match(path, { ignoreVary: true });
    if (copy) return copy;
  }
  return undefined;
}

/** A page's answer as it is stored: compressed, to about an eighth of its size. */
export async function packed(
  { headers, body }: Response,
  more: Record<string, string> = {},
): Promise<Response> {
  const bytes = await new Response(body!.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  const length = String(bytes.byteLength);
  return new Response(bytes, {
    headers: {
      ...Object.fromEntries(headers),
      ...more,
      [PACKED]: 'gzip',
      'content-length': length,
    },
  });
}

/** The answer that a copy was made of; a copy that is not packed is that itself. */
export function unpacked(copy: Response): Response {
  if (!copy.headers.has(PACKED)) return copy;
  const headers = new Headers(copy.headers);
  for (const name of [PACKED, FILES_HEADER, 'content-length']) headers.delete(name);
  return new Response(copy.body!.pipeThrough(new DecompressionStream('gzip')), { headers });
}

/** The whole outline as this device has it; null when it has none. */
export async function readCatalogue(): Promise<Outline | null> {
  const copy = await findCopy(CATALOGUE);
  return copy ? ((await unpacked(copy).json()) as Outline) : null;
}

/** The files of a page's copy that are stored with it: of a page not kept only its pictures. */
export function filesOf(copy: Response, isKept: boolean): string[] {
  const files = copy.headers.get(FILES_HEADER)?.split(' ').filter(Boolean) ?? [];
  return isKept ? files : files.filter(isPicture);
}

/** How many bytes a copy takes on the device. */
export function bytesOf({ headers }: Response): number {
  return Number(headers.get('content-length'));
}

/** Keeps a course no longer; pages of it that were visited stay. */
export function removeCourse(id: string): Promise<void> {
  return takeAway((shelf) => withoutCourse(shelf, id));
}

/** Takes every visited page and every kept course off this device; the site itself stays. */
export async function forgetCopies(): Promise<void> {
  // Browsers have no caches for a site without https.
  if ('caches' in globalThis) await takeAway(emptied);
}

/** Deletes the copies that nobody wants any more. */
export function sweep(): Promise<void> {
  return oneAtATime(async () => deleteUnwanted(await readShelf()));
}

function takeAway(change: (shelf: Shelf) => Shelf): Promise<void> {
  return oneAtATime(async () => {
    const shelf = change(await readShelf());
    // Nobody is shown it while it is deleted, which takes a while. On a full device there is room only then.
    await writeShelf(shelf).catch(() => undefined);
    await deleteUnwanted(shelf);
    await writeShelf(shelf);
  });
}

async function deleteUnwanted(shelf: Shelf): Promise<void> {
  const kept = keptPages((await readCatalogue())?.content ?? [], shelf);
  const wanted = new Set<string>([CATALOGUE]);
  for (const page of new Set([...SHELL_PAGES, ...shelf.visited, ...kept])) {
    const copy = await findCopy(page);
    const files = copy ? filesOf(copy, kept.has(page)) : [];
    for (const path of [page, dataOf(page), ...files]) wanted.add(keyOf(path));
  }
  for (const name of await cacheNames()) {
    await deleteCopies(name, (request) => !wanted.has(keyOf(request.url)));
  }
}

/** Deletes some of the copies in a cache; its build's own files, which bear no mark, stay. */
export async function deleteCopies(
  name: string,
  isUnwanted: (request: Request) => boolean,
): Promise<void> {
  const cache = await caches.open(name);
  for (const request of await cache.keys()) {
    const copy = isUnwanted(request) && (await cache.match(request, { ignoreVary: true }));
    if (copy && copy.headers.has(COPY_HEADER)) await cache.delete(request, { ignoreVary: true });
  }
}

/** A path as it stands in addresses. */
export function keyOf(pathOrUrl: string): string {
  return new URL(pathOrUrl, location.origin).pathname;
}

const PREFIX = 'cairn-build-';
const PACKED = 'x-cairn-packed';
