import { posix } from 'node:path';
import { fileInside } from './folder.ts';
import { mediaTypeOf } from './media-types.ts';
import { readName, segmentOf } from './names.ts';
import { walkTree } from './tree.ts';
import type { Tree } from './tree.ts';

/** Where a link of a page leads. */
export type LinkTarget =
  | {
      kind: 'page';
      /** Without the part. */
      href: string;
      /** The page's path. */
      path: string;
      /** What follows `#`; empty for the whole page. */
      part: string;
    }
  | {
      kind: 'file';
      href: string;
      /** Its absolute path on the disk. */
      file: string;
    }
  /** Another site, or an address of this one that is no content. */
  | { kind: 'other'; href: string }
  | { kind: 'broken'; reason: string };

/** Which address belongs to which page or file of the content folder. */
export interface Places {
  /** Follows the address in a link of a page, given by its path below the content folder. */
  follow: (page: string, address: string) => LinkTarget;
  /** The absolute path of a file beside the pages, by its address without the leading slash. */
  fileAt: (path: string) => string | undefined;
}

/** The address of a page or file with this path. */
function hrefOf(path: string): string {
  return `/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Makes the map of a tree that was read from a folder, given by its real path. */
export function createPlaces(realDir: string, tree: Tree): Places {
  const maps = drawMaps(tree);
  const fileAt = (path: string) =>
    possibleFiles(maps, path)
      .filter((file) => !isDraft(tree, file))
      .map((file) => fileInside(realDir, file))
      .find((file) => file !== undefined);

  function follow(page: string, address: string): LinkTarget {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) return { kind: 'other', href: address };
    const [, written = '', query = '', part = ''] =
      /^([^?#]*)(\?[^#]*)?(?:#(.*))?$/s.exec(address) ?? [];
    const asked = decode(written);
    if (asked === undefined) return { kind: 'broken', reason: 'it is not a valid address' };
    const target = asked ? fromRoot(page, asked) : page;
    if (target.startsWith('..')) return { kind: 'broken', reason: 'it leads out of the content' };

    const path = pageAt(maps, target);
    if (path !== undefined) return { kind: 'page', href: hrefOf(path) + query, path, part };
    const filePath = addressOfFile(maps, target);
    const file = fileAt(filePath);
    if (file) {
      const href = hrefOf(filePath) + query + (part && `#${part}`);
      return { kind: 'file', href, file };
    }
    if (asked.startsWith('/') && !/\.md$/i.test(asked)) return { kind: 'other', href: address };
    return { kind: 'broken', reason: reasonOf(realDir, tree, target) };
  }

  return { follow, fileAt };
}

/** Paths below the content folder are in Unicode's composed form, as authors type them. */
interface Maps {
  /** Addresses of pages, by their file and by their folder. */
  pages: ReadonlyMap<string, string>;
  addresses: ReadonlySet<string>;
  /** Addresses of folders, and the folders of addresses. */
  folders: ReadonlyMap<string, string>;
  dirs: ReadonlyMap<string, string>;
}

function drawMaps({ roots, rootPage }: Tree): Maps {
  const pages = new Map([['', '']]);
  if (rootPage) pages.set(rootPage.file.path, '');
  const folders = new Map([['', '']]);
  const dirs = new Map([['', '']]);
  const addresses = new Set<string>();
  for (const { data, page, folder } of walkTree(roots)) {
    const path = data.path!;
    addresses.add(path);
    if (page) pages.set(page.file.path.normalize(), path);
    if (!folder) continue;
    pages.set(folder.path.normalize(), path);
    // The root folder's files lie at the top, whatever address its page has.
    if (!folder.path) continue;
    folders.set(folder.path, path);
    dirs.set(path, folder.path);
  }
  return { pages, addresses, folders, dirs };
}

function fromRoot(page: string, asked: string): string {
  const joined = asked.startsWith('/') ? asked.slice(1) : posix.join(posix.dirname(page), asked);
  const target = posix.normalize(joined).replace(/\/$/, '');
  return target === '.' ? '' : target;
}

/** Finds a page by its file or folder, then with its ending left out, then by its address. */
function pageAt({ pages, addresses }: Maps, target: string): string | undefined {
  const composed = target.normalize();
  const stem = composed.replace(/\.(?:md|html)$/i, '');
  const found = pages.get(composed) ?? pages.get(`${stem}.md`);
  if (found !== undefined) return found;
  const address = stem
    .replace(/(?:^|\/)(?:_?index|readme)$/i, '')
    .split('/')
    .map((name) => segmentOf(readName(name).rest))
    .join('/');
  return addresses.has(address) ? address : undefined;
}

/** The address of a file: that of the nearest folder with a page in it, then plain names. */
function addressOfFile({ folders }: Maps, target: string): string {
  for (const [dir, rest] of splits(target)) {
    const address = folders.get(dir);
    if (address !== undefined) return address ? `${address}/${rest}` : rest;
  }
  return target;
}

/** What a file's address may stand for, by its path below the content folder. */
function possibleFiles({ dirs }: Maps, path: string): string[] {
  const isServed = mediaTypeOf(path) && !path.split('/').some((name) => /^$|^\.|\0/.test(name));
  if (!isServed) return [];
  return [...splits(path)].flatMap(([address, rest]) => {
    const dir = dirs.get(address);
    return dir === undefined ? [] : [dir ? `${dir}/${rest}` : rest];
  });
}

/** All ways to part a path in two, the longest beginning first, the empty one last. */
function* splits(path: string): Generator<[beginning: string, rest: string]> {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    yield [path.slice(0, at), path.slice(at + 1)];
  }
  yield ['', path];
}

function reasonOf(realDir: string, tree: Tree, target: string): string {
  if (isDraft(tree, target)) return `${target} is a draft`;
  if (fileInside(realDir, target))
    return `${target} is no page, and files of its kind are not served`;
  return `nothing is at ${target}`;
}

function isDraft({ drafts }: Tree, target: string): boolean {
  return drafts.has(target) || [...splits(target)].some(([folder]) => drafts.has(folder));
}

function decode(address: string): string | undefined {
  try {
    return decodeURIComponent(address);
  } catch {
    return undefined;
  }
}
