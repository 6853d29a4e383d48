import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { mediaTypeOf } from './media-types.ts';

/** A file of Markdown. */
export interface PageFile {
  /** Path below the content folder, with `/`. */
  path: string;
  /** Name without `.md`. */
  name: string;
  size: number;
  /** Changes with the file's text. */
  stamp: string;
}

/** A folder with Markdown in it or below it. */
export interface Folder {
  /** Path below the content folder, with `/`; empty for that itself. */
  path: string;
  name: string;
  page?: PageFile;
  files: PageFile[];
  folders: Folder[];
}

/** The content folder as it lies on the disk. */
export interface FolderReading {
  root: Folder;
  /** Differs when a page or a file beside one was added, removed or changed. */
  signature: string;
  /** Files and folders that were passed over, with the reason. */
  ignored: { path: string; message: string }[];
}

/** Names of a folder's own page, the first that is there wins. */
const OWN_PAGES = ['_index', 'index', 'readme'];

/**
 * Lists the pages of a folder; their text is not read. Names that begin with a dot are left out.
 * Links of the file system count as what they lead to if that is a file inside the folder.
 *
 * @throws the file system's error when the folder itself cannot be read.
 */
export function readFolder(dir: string): FolderReading {
  const reading: Reading = { dir, real: realpathSync(dir), stamps: [], ignored: [] };
  const root = list(reading, '', '');
  return { root, signature: reading.stamps.join('\n'), ignored: reading.ignored };
}

/** The real path of a file below a folder; undefined if it is none, hidden, or lies elsewhere. */
export function fileInside(realDir: string, path: string): string | undefined {
  try {
    const real = realpathSync(join(realDir, path));
    if (!real.startsWith(realDir.endsWith(sep) ? realDir : realDir + sep)) return undefined;
    const hidden = real.slice(realDir.length).split(sep).some(isHidden);
    return !hidden && statSync(real).isFile() ? real : undefined;
  } catch {
    // Whatever keeps it from being read, to a reader it is not there.
    return undefined;
  }
}

interface Reading {
  dir: string;
  real: string;
  stamps: string[];
  ignored: { path: string; message: string }[];
}

function list(reading: Reading, path: string, name: string): Folder {
  const folder: Folder = { path, name, files: [], folders: [] };
  for (const entry of readdirSync(join(reading.dir, path), { withFileTypes: true })) {
    if (!isHidden(entry.name)) add(reading, folder, entry);
  }
  chooseOwnPage(reading, folder);
  adoptPages(folder);
  return folder;
}

function add(reading: Reading, folder: Folder, entry: Dirent): void {
  const path = folder.path ? `${folder.path}/${entry.name}` : entry.name;
  if (entry.isDirectory()) {
    const below = list(reading, path, entry.name);
    if (below.page || below.files.length > 0 || below.folders.length > 0) {
      folder.folders.push(below);
    }
    return;
  }
  const markdown = /^(.+)\.md$/is.exec(entry.name)?.[1];
  if (!markdown && !mediaTypeOf(entry.name)) {
    if (entry.isSymbolicLink()) ignoreLinkToFolder(reading, path);
    return;
  }
  const real = entry.isFile() ? join(reading.real, path) : fileInside(reading.real, path);
  if (!real) {
    reading.ignored.push({ path, message: 'is ignored: it is no file of this folder' });
    return;
  }
  const { mtimeMs, size, ino } = statSync(real);
  const stamp = `${mtimeMs}:${size}:${ino}`;
  reading.stamps.push(`${path}:${stamp}`);
  if (markdown) folder.files.push({ path, name: markdown, size, stamp });
}

/** Following such links could go round in circles, and would show one page at two places. */
function ignoreLinkToFolder({ dir, ignored }: Reading, path: string): void {
  const target = statSync(join(dir, path), { throwIfNoEntry: false });
  if (!target?.isDirectory()) return;
  ignored.push({ path, message: 'is ignored: links to folders are not followed' });
}

function chooseOwnPage({ ignored }: Reading, folder: Folder): void {
  const rankOf = ({ name }: PageFile) => OWN_PAGES.indexOf(name.toLowerCase());
  const candidates = folder.files.filter((file) => rankOf(file) >= 0);
  const [page, ...others] = candidates.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (!page) return;
  folder.page = page;
  folder.files = folder.files.filter((file) => !candidates.includes(file));
  for (const { path } of others) {
    ignored.push({ path, message: `is ignored: ${page.path} is already the page of this folder` });
  }
}

/** `loops.md` beside a folder `loops` without a page of its own is that folder's page. */
function adoptPages(folder: Folder): void {
  for (const below of folder.folders) {
    if (below.page) continue;
    const page = folder.files.find((file) => file.name === below.name);
    if (!page) continue;
    below.page = page;
    folder.files = folder.files.filter((file) => file !== page);
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}
