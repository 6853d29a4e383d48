import { ancestorsOf, openOutline } from 'sveltekit-cairn';
import type { Catalogue, Item } from 'sveltekit-cairn';
import { bytesOf, dataOf, filesOf, findCopy, keyOf, readCatalogue } from './copies.ts';
import { addressOf, keptPages, pagesOfCourse } from './course-pages.ts';
import { readShelf } from './shelf.ts';

/** A page that can be read without a network. */
export interface ReadablePage {
  title: string;
  address: string;
  /** Title of the course around it. */
  course: string | null;
}

/** How much of a course is here: of how many pages, and in bytes. */
export interface KeptCourse {
  done: number;
  total: number;
  bytes: number;
}

/** What can be read here without a network: kept courses, and visited pages outside of these. */
export async function readOnDevice(): Promise<{
  courses: ReadablePage[];
  visited: ReadablePage[];
}> {
  const outline = await readCatalogue();
  if (!outline) return { courses: [], visited: [] };
  const shelf = await readShelf();
  const catalogue = openOutline(outline);
  const kept = new Set([...keptPages(outline.content, shelf)].map(keyOf));
  const others = shelf.visited.filter((page) => !kept.has(keyOf(page)));
  const there = await Promise.all(others.map(findCopy));
  return {
    courses: shelf.kept.flatMap((id) => readable(catalogue.items.get(id))),
    visited: others
      .filter((_, index) => there[index])
      .flatMap((page) => readable(itemAt(catalogue, page))),
  };
}

/** How much of a kept course is here; null if nobody wants it kept. */
export async function readKeptCourse(id: string): Promise<KeptCourse | null> {
  const shelf = await readShelf();
  const catalogue = await readCatalogue();
  if (!catalogue || !shelf.kept.includes(id)) return null;
  const pages = pagesOfCourse(catalogue.content, id);
  const sizes = await Promise.all(pages.map(bytesOfPage));
  const there = sizes.filter((size) => size !== null);
  return {
    done: there.length,
    total: pages.length,
    bytes: there.reduce((sum, size) => sum + size, 0),
  };
}

/** Bytes of a page with its data and files; null when some of it is not here. */
async function bytesOfPage(page: string): Promise<number | null> {
  const html = await findCopy(page);
  if (!html) return null;
  const others = await Promise.all([dataOf(page), ...filesOf(html, true)].map(findCopy));
  if (!others[0]) return null;
  return [html, ...others].reduce((sum, copy) => sum + (copy ? bytesOf(copy) : 0), 0);
}

function itemAt({ items }: Catalogue, page: string): Item | undefined {
  const path = decodeURI(page);
  return [...items.values()].find((item) => addressOf(item) === path);
}

function readable(item: Item | undefined): ReadablePage[] {
  if (!item) return [];
  const course = ancestorsOf(item).find(({ type }) => type === 'course');
  return [{ title: item.title, address: addressOf(item), course: course?.title ?? null }];
}
