import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');

/** What a release is made of. */
const SOURCES = [
  'package.json',
  'scripts',
  'server.js',
  'src',
  'static',
  'tsconfig.json',
  'vite.config.ts',
];

/** The next release of the site, in which something has changed. */
export interface NextBuild {
  /** Where it lies, with its server.js: `program` of a site. */
  readonly folder: string;
  readonly version: string;
  /** Deletes it. */
  remove(): void;
}

/** Builds the site with other words in its footer, so that scripts and pages are others, too. */
export async function makeNextBuild(footer: string): Promise<NextBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-next-'));
  for (const name of SOURCES) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

  const words = join(folder, 'src/site/messages/en/pages.ts');
  const before = readFileSync(words, 'utf8');
  const after = before.replace(/footer: '[^']*'/, `footer: '${footer}'`);
  if (after === before) throw new Error('The footer has no words to change.');
  writeFileSync(words, after);

  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
  });
  const { version } = JSON.parse(
    readFileSync(join(folder, 'build/client/_app/version.json'), 'utf8'),
  ) as { version: string };
  return { folder, version, remove: () => rmSync(folder, { recursive: true }) };
}
