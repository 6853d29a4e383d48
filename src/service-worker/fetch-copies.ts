import { self } from '$app/service-worker';
import type { Outline } from 'sveltekit-cairn';
import { BUILD_HEADER, COPY_HEADER } from '../site/offline/copy-mark.ts';
import {
  bytesOf,
  cacheOf,
  CATALOGUE,
  dataOf,
  FILES_HEADER,
  filesOf,
  findCopy,
  packed,
  unpacked,
} from '../site/offline/copies.ts';
import { filesNamedIn } from '../site/offline/page-files.ts';
import { changeShelf, oneAtATime, readShelf, withoutPage } from '../site/offline/shelf.ts';

/** Pages that are fetched at once: a course in little time, with room for what the reader does. */
const AT_ONCE = 4;

/** What of some pages is on the device. */
export interface Fetched {
  done: number;
  total: number;
  bytes: number;
}

interface Options {
  /** The catalogue's version that copies must be of; any when absent. */
  version?: string;
  /** Whether films, sounds and documents belong to a page, too. */
  isKept?: boolean;
  report?: (fetched: Fetched) => void;
}

/**
 * Fetches what is not here of these pages, and says whether all of it then is. What is here is
 * not fetched again, so going on after an interruption is the same call.
 *
 * @throws QuotaExceededError when the device is full; what was stored until then stays.
 */
export async function fetchCopies(
  build: string,
  pages: readonly string[],
  { version, isKept = false, report }: Options = {},
): Promise<Fetched & { areAllThere: boolean }> {
  const store = await openStore(build);
  const waiting = [...new Set(pages)];
  const fetched = { done: 0, total: waiting.length, bytes: 0 };

  async function work(): Promise<void> {
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
      const bytes = await fetchPage(store, page, { version, isKept });
      // Without a network the others fail too.
      if (bytes === null) return void (waiting.length = 0);
      fetched.done += 1;
      fetched.bytes += bytes;
      report?.(fetched);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work)).finally(() => (waiting.length = 0));
  return { ...fetched, areAllThere: fetched.done === fetched.total };
}

/** The whole outline, of this version or newer; null when there is none and no network. */
export async function fetchCatalogue(build: string, version?: string): Promise<Outline | null> {
  const store = await openStore(build);
  let copy = await store.find(CATALOGUE);
  if (!copy || !isOf(copy, version)) {
    const answer = await ask(build, CATALOGUE);
    if (typeof answer === 'string') return null;
    await store.put(CATALOGUE, await packed(answer));
    copy = await store.find(CATALOGUE);
  }
  return copy ? ((await unpacked(copy).json()) as Outline) : null;
}

/** Looks whether a stored file is still that of the site, and stores the new one if not. */
export async function refreshFile(build: string, path: string): Promise<void> {
  const copy = await findCopy(path);
  const answer = await fetchFile(path, copy?.headers.get('etag') ?? null);
  if (isStorable(answer)) await (await openStore(build)).put(path, answer);
}

type Store = Awaited<ReturnType<typeof openStore>>;

/** The cache of a build, open until something is taken off the device. */
async function openStore(build: string) {
  const cache = await caches.open(cacheOf(build));
  const { removals } = await readShelf();
  return {
    build,
    find: (path: string) => cache.match(path, { ignoreVary: true }),
    /** Answers false when meanwhile something was removed, perhaps just this. */
    put: (path: string, copy: Response) =>
      oneAtATime(async () => {
        if ((await readShelf()).removals !== removals) return false;
        await cache.put(path, copy);
        return true;
      }),
  };
}

/** Bytes of a page with its data and files once they are here; null when they could not be had. */
async function fetchPage(
  store: Store,
  page: string,
  { version, isKept }: { version: string | undefined; isKept: boolean },
): Promise<number | null> {
  let [html, data] = await Promise.all([store.find(page), store.find(dataOf(page))]);
  if (!html || !data || !isOf(html, version) || !isOf(data, version)) {
    const answers = await Promise.all([ask(store.build, page), ask(store.build, dataOf(page))]);
    if (answers.includes('failed')) return null;
    const [pageAnswer, dataAnswer] = answers;
    if (typeof pageAnswer !== 'object' || typeof dataAnswer !== 'object') {
      await changeShelf((shelf) => withoutPage(shelf, page));
      return 0;
    }
    const files = filesNamedIn(await pageAnswer.clone().text(), pageAnswer.url).join(' ');
    html = await packed(pageAnswer, { [FILES_HEADER]: files });
    data = await packed(dataAnswer);
    const isStored =
      (await store.put(page, html.clone())) && (await store.put(dataOf(page), data.clone()));
    if (!isStored) return null;
  }
  let bytes = bytesOf(html) + bytesOf(data);
  for (const path of filesOf(html, isKept)) {
    const file = await fetchOnce(store, path);
    if (file === null) return null;
    bytes += file;
  }
  return bytes;
}

/** Bytes of a file once it is here: 0 if the site does not have it, null if it could not be had. */
async function fetchOnce(store: Store, path: string): Promise<number | null> {
  const here = await store.find(path);
  if (here) return bytesOf(here);
  // That of another build is as good unless it has changed.
  const older = await findCopy(path);
  try {
    const answer = await fetchFile(path, older?.headers.get('etag') ?? null);
    const file = answer.status === 304 ? older : answer;
    if (!file || (file === answer && !isStorable(answer))) return isOurRefusal(answer) ? 0 : null;
    const bytes = bytesOf(file);
    return (await store.put(path, file)) ? bytes : null;
  } catch (problem) {
    if (problem instanceof TypeError) return null;
    throw problem;
  }
}

function fetchFile(path: string, etag: string | null): Promise<Response> {
  return fetch(path, {
    credentials: 'omit',
    cache: 'no-store',
    headers: { [COPY_HEADER]: '1', ...(etag && { 'if-none-match': etag }) },
  });
}

/**
 * Asks for a page as nobody. `gone`: the site has no such page, or one for those signed in only.
 * `failed`: not the site answered, or not now, or another build of it.
 */
async function ask(build: string, path: string): Promise<Response | 'gone' | 'failed'> {
  let answer: Response;
  try {
    answer = await fetchFile(path, null);
  } catch {
    return 'failed';
  }
  const itsBuild = answer.headers.get(BUILD_HEADER);
  if (itsBuild !== build) {
    // The site was renewed: this worker's successor will fetch it.
    if (itsBuild !== null) await self.registration.update().catch(() => undefined);
    return 'failed';
  }
  if (answer.status >= 500) return 'failed';
  return isStorable(answer) ? answer : 'gone';
}

/** Says whether the site itself does not have it, and not somebody on the way, or not now. */
function isOurRefusal({ status, headers }: Response): boolean {
  return headers.has(BUILD_HEADER) && status < 500 && status !== 429;
}

/** Only the site's whole, own, public answers are stored. */
function isStorable({ status, type, redirected, headers }: Response): boolean {
  const isPrivate = /private|no-store/.test(headers.get('cache-control') ?? '');
  return (
    status === 200 && type === 'basic' && !redirected && !isPrivate && headers.has(COPY_HEADER)
  );
}

function isOf({ headers }: Response, version: string | undefined): boolean {
  return version === undefined || headers.get(COPY_HEADER) === version;
}
