// `npm run build` builds the site; `npm start` and the tests ask first whether they need to.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail, root, run, timed, toolEnvironment } from './project.js';

/** All that a build is made of. */
const sources = [
  'src',
  'static',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
];

/** Lies inside the build, which Vite empties first: half a build never looks like a whole one. */
const stamp = join(root, 'build', '.sources');

/** Builds the site unless its sources are those of the build that is there. */
export async function buildIfChanged() {
  if (!isBuilt()) await build();
}

/** Says whether the build that is there was made of the sources as they are now. */
export function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

/** Builds the site. Throws a sentence that says what to do when that fails. */
export async function build() {
  const before = fingerprint();
  const environment = { ...toolEnvironment, NODE_ENV: 'production' };
  const code = await timed('Building the site', () =>
    run('vite', ['build'], { environment, quiet: true }),
  );
  if (code !== 0) {
    throw new Error(
      'The site is not built: the lines above name the cause. Mend it and try again.',
    );
  }
  writeFileSync(stamp, before);
}

/** A hash of the names and contents of all sources, tests aside. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(filesOf).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path - of a file or a folder, from the project's root
 * @returns {string[]}
 */
function filesOf(path) {
  const there = statSync(join(root, path), { throwIfNoEntry: false });
  if (there === undefined || /\.(test|testing)\./.test(path)) return [];
  if (!there.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesOf(`${path}/${name}`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build().catch(fail);
}
