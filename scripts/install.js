import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownNode, root, run, timed } from './project.js';

/**
 * Installs the dependencies unless what is installed is what the lockfile names. Throws a
 * sentence that says what to do when npm fails.
 */
export async function install() {
  if (isInstalled()) return;
  const code = await timed('Installing the dependencies', () =>
    run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      environment: process.env,
    }),
  );
  if (code !== 0 || !isInstalled()) {
    throw new Error(
      'The dependencies are not installed: npm says why above. With the npm registry in reach, run the command again.',
    );
  }
}

/**
 * npm's own record of what it installed lists the same packages as the lockfile, save optional
 * builds for other platforms. npm writes that record last, so half an install does not count.
 */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !existsSync(ownNode)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(record);
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const there = found[path];
    if (path === '' || (there === undefined && optional)) return true;
    return there?.version === version && there?.integrity === integrity;
  });
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Package */

/**
 * @param {string} lockfile
 * @returns {Record<string, Package>}
 */
function packagesOf(lockfile) {
  const { packages } = /** @type {{ packages: Record<string, Package> }} */ (
    JSON.parse(readFileSync(lockfile, 'utf8'))
  );
  return packages;
}
