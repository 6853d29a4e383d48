/**
 * What the person at this device wants to read without a network. It says what is wanted; the
 * caches say what is there.
 */
export interface Shelf {
  /** Pages, by path, the last visited first; at most `MOST_VISITED`. */
  readonly visited: readonly string[];
  /** Ids of the courses that are kept. */
  readonly kept: readonly string[];
  /** Rises when something is taken away: what was being fetched for it is not stored any more. */
  readonly removals: number;
}

/** How many visited pages stay on the device. */
export const MOST_VISITED = 100;

/** The shelf after a page was visited. */
export function withVisit(shelf: Shelf, page: string): Shelf {
  const others = shelf.visited.filter((each) => each !== page);
  return { ...shelf, visited: [page, ...others].slice(0, MOST_VISITED) };
}

/** The shelf without a page that the site does not have any more. */
export function withoutPage(shelf: Shelf, page: string): Shelf {
  return { ...shelf, visited: shelf.visited.filter((each) => each !== page) };
}

/** The shelf with a course to be kept. */
export function withCourse(shelf: Shelf, id: string): Shelf {
  return shelf.kept.includes(id) ? shelf : { ...shelf, kept: [...shelf.kept, id] };
}

/** The shelf without a course. */
export function withoutCourse({ visited, kept, removals }: Shelf, id: string): Shelf {
  return { visited, kept: kept.filter((each) => each !== id), removals: removals + 1 };
}

/** The shelf of whoever comes next. */
export function emptied({ removals }: Shelf): Shelf {
  return { visited: [], kept: [], removals: removals + 1 };
}

/** What is wanted on this device; nothing at first. */
export async function readShelf(): Promise<Shelf> {
  const stored = await (await caches.open(CACHE)).match(ENTRY);
  return stored ? ((await stored.json()) as Shelf) : { visited: [], kept: [], removals: 0 };
}

/** Changes it, and answers what it then is: one change at a time, whichever tab or worker makes it. */
export function changeShelf(change: (shelf: Shelf) => Shelf): Promise<Shelf> {
  return oneAtATime(async () => {
    const shelf = change(await readShelf());
    await writeShelf(shelf);
    return shelf;
  });
}

/** Stores what is wanted; only for whoever has the shelf to themselves. */
export async function writeShelf(shelf: Shelf): Promise<void> {
  await (await caches.open(CACHE)).put(ENTRY, Response.json(shelf));
}

/** Does something to shelf or copies while nobody else does, in no tab and no worker. */
export function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request('cairn-shelf', work);
}

const CACHE = 'cairn-shelf';
const ENTRY = '/shelf.json';
