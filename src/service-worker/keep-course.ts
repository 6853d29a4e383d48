import { removeCourse } from '../site/offline/copies.ts';
import { pagesOfCourse } from '../site/offline/course-pages.ts';
import { changeShelf, withCourse } from '../site/offline/shelf.ts';
import type { FromWorker } from '../site/offline/to-worker.ts';
import type { Fetched } from './fetch-copies.ts';
import { fetchCatalogue, fetchCopies } from './fetch-copies.ts';
import { isFull, unlessFull } from './upkeep.ts';

/** Keeps a course on the device and tells the page, which asked through this port, how far it is. */
export async function keepCourse(build: string, id: string, port: MessagePort): Promise<void> {
  const tell = (message: FromWorker) => port.postMessage(message);
  let last: Fetched = { done: 0, total: 0, bytes: 0 };
  try {
    await changeShelf((shelf) => withCourse(shelf, id));
    const catalogue = await fetchCatalogue(build);
    if (!catalogue) return tell({ kind: 'interrupted', ...last });
    const { areAllThere, ...fetched } = await fetchCopies(
      build,
      pagesOfCourse(catalogue.content, id),
      {
        version: catalogue.version,
        isKept: true,
        report: (fetched) => tell({ kind: 'keeping', ...(last = { ...fetched }) }),
      },
    );
    tell({ kind: areAllThere ? 'kept' : 'interrupted', ...fetched });
  } catch (problem) {
    if (!isFull(problem)) {
      tell({ kind: 'interrupted', ...last });
      throw problem;
    }
    // So full that not even this can be noted: what was deleted is gone all the same.
    await unlessFull(() => removeCourse(id));
    const needed = last.done > 0 ? Math.ceil((last.bytes / last.done) * last.total) : null;
    tell({ kind: 'full', needed, available: await roomBelow(needed) });
  }
}

/** Bytes that are free; null if the browser's estimate cannot be true: some name a round figure. */
async function roomBelow(needed: number | null): Promise<number | null> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  const free = Math.max(0, quota - usage);
  return needed !== null && free < needed ? free : null;
}
