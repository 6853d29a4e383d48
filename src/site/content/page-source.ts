import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageFile } from './folder.ts';
import { readFrontMatter } from './front-matter.ts';
import type { PartedPage } from './front-matter.ts';
import { firstHeading } from './markdown-facts.ts';

/** A page as its author wrote it. */
export interface PageSource extends PartedPage {
  file: PageFile;
  /** The author's title, else the first heading; undefined without either. */
  title: string | undefined;
}

const MAX_BYTES = 1024 * 1024;

/**
 * Reads one page: front matter and title only, its Markdown is rendered when somebody asks for it.
 *
 * @throws the file system's error when it cannot be read.
 */
export function readPage(dir: string, file: PageFile): PageSource {
  if (file.size > MAX_BYTES) return tooLarge(file);
  const bytes = readFileSync(join(dir, file.path));
  const parted = readFrontMatter(bytes.toString('utf8'));
  if (!isUtf8(bytes)) {
    const message = 'the file is not UTF-8; what cannot be read is replaced';
    parted.problems.push({ severity: 'warning', line: 1, message });
  }
  return { file, ...parted, title: parted.values.title ?? firstHeading(parted.body) };
}

function tooLarge(file: PageFile): PageSource {
  const message = `the page has ${(file.size / MAX_BYTES).toFixed(1)} MiB; at most 1 MiB is shown`;
  const problems = [{ line: 1, message }];
  return { file, title: undefined, values: {}, lines: new Map(), problems, body: '' };
}
