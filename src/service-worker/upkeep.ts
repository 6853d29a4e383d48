import { cacheNames, cacheOf, deleteCopies, SHELL_PAGES, sweep } from '../site/offline/copies.ts';
import { keptPages } from '../site/offline/course-pages.ts';
import { readShelf } from '../site/offline/shelf.ts';
import { fetchCatalogue, fetchCopies } from './fetch-copies.ts';

/**
 * Brings the device up to date: kept courses to this version of the content, everything to this
 * build of the site. Does nothing while it is already at it; what fails is done the next time.
 */
export async function upkeep(build: string, version: string): Promise<void> {
  await navigator.locks.request('cairn-upkeep', { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    const catalogue = await fetchCatalogue(build, version);
    if (!catalogue) return;
    const current = { version: catalogue.version };
    const shelf = await readShelf();
    const kept = [...keptPages(catalogue.content, shelf)];
    const rounds = [
      await fetchCopies(build, SHELL_PAGES, current),
      await fetchCopies(build, kept, { ...current, isKept: true }),
      // Of these any version will do until they are visited again.
      await fetchCopies(build, shelf.visited),
    ];
    if (rounds.every(({ areAllThere }) => areAllThere)) await leaveOlderBuilds(build);
    await sweep();
  });
}

/**
 * With everything copied anew, the last build keeps its scripts, for pages of it that are still
 * open; those before it go.
 */
async function leaveOlderBuilds(build: string): Promise<void> {
  const names = await cacheNames();
  // One that is newer is just being installed.
  const [last, ...older] = names.slice(names.indexOf(cacheOf(build)) + 1);
  if (last !== undefined) await deleteCopies(last, () => true);
  await Promise.all(older.map((name) => caches.delete(name)));
}

/** Does something for later, which a full device simply does not get. */
export async function unlessFull(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (problem) {
    if (!isFull(problem)) throw problem;
  }
}

/** Says whether a write failed because the device has no more room for the site. */
export function isFull(problem: unknown): boolean {
  return problem instanceof Error && problem.name === 'QuotaExceededError';
}
