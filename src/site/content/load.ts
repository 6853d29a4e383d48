import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentData } from 'sveltekit-cairn';
import { checkTree } from './check-tree.ts';
import { readFolder } from './folder.ts';
import type { FolderReading, PageFile } from './folder.ts';
import { readPage } from './page-source.ts';
import type { PageSource } from './page-source.ts';
import { createPlaces } from './places.ts';
import type { Places } from './places.ts';
import { inFileOrder } from './problems.ts';
import type { Problem } from './problems.ts';
import { buildTree, walkTree } from './tree.ts';
import type { TreeItem } from './tree.ts';

/** What the loader is told. */
export interface LoadOptions {
  /** The folder of Markdown. */
  dir: string;
  /** The first parts of paths that the site itself uses. */
  reserved: readonly string[];
  /** Whether drafts are shown; not when absent. */
  drafts?: boolean;
}

/** The content folder as it was at one moment. */
export interface Edition {
  content: ContentData[];
  /** Items in reading order, by id. */
  items: ReadonlyMap<string, TreeItem>;
  /** The root's own page. */
  rootPage: PageSource | undefined;
  places: Places;
  /** In order of files and lines. */
  problems: Problem[];
}

/**
 * Makes a function that reads the content folder and gives the same edition as long as nothing
 * changed there. It never throws: what is wrong is in the edition's `problems`.
 */
export function createLoader({ dir, reserved, drafts = false }: LoadOptions): () => Edition {
  const pages = new Map<string, PageSource>();
  let last: { signature: string; edition: Edition } | undefined;

  /** Reads only the pages that changed since they were read last. */
  function read(file: PageFile): PageSource {
    const known = pages.get(file.path);
    if (known?.file.stamp === file.stamp) return known;
    const page = readPage(dir, file);
    pages.set(file.path, page);
    return page;
  }

  function edit({ root, ignored }: FolderReading): Edition {
    const tree = buildTree(root, { read, drafts });
    const warnings = ignored.map(({ path, message }): Problem => {
      return { severity: 'warning', file: path, line: 1, message };
    });
    const problems = [...warnings, ...checkTree(tree, reserved)];
    return {
      content: tree.roots.map((item) => item.data),
      items: new Map(walkTree(tree.roots).map((item) => [item.data.id, item])),
      rootPage: tree.rootPage,
      places: createPlaces(realpathSync(dir), tree),
      problems: inFileOrder(problems.map((each) => ({ ...each, file: join(dir, each.file) }))),
    };
  }

  return () => {
    try {
      const reading = readFolder(dir);
      if (last?.signature === reading.signature) return last.edition;
      last = { signature: reading.signature, edition: edit(reading) };
      return last.edition;
    } catch (error) {
      if (!isFileError(error)) throw error;
      return emptyEdition(unreadable(error, dir));
    }
  };
}

/** An edition without content. */
export function emptyEdition(...problems: Problem[]): Edition {
  const places: Places = {
    follow: () => ({ kind: 'broken', reason: 'there is no content' }),
    fileAt: () => undefined,
  };
  return { content: [], items: new Map(), rootPage: undefined, places, problems };
}

/** Says whether an edition must not be shown. */
export function hasErrors({ problems }: Edition): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

function unreadable(error: NodeJS.ErrnoException, dir: string): Problem {
  const message = `it cannot be read (${error.code})`;
  return { severity: 'error', file: error.path ?? dir, line: 1, message };
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
