import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Files by their path. */
export type Files = Record<string, string | Uint8Array>;

/** Makes a folder with these files that is gone when the test is over; returns its path. */
export function folderWith(files: Files): string {
  const dir = newFolder(files);
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** Makes a folder with these files in the machine's place for temporary ones; returns its path. */
export function newFolder(files: Files): string {
  const dir = mkdtempSync(join(tmpdir(), 'cairn-'));
  writeFiles(dir, files);
  return dir;
}

/** Writes files into a folder, over what is there. */
export function writeFiles(dir: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** A page with front matter. */
export function page(frontMatter: string, body = ''): string {
  return `---\n${frontMatter}\n---\n\n${body}`;
}
