// Finds programs that the tests need from the machine, and installs one that is missing.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, timed } from './project.js';

/**
 * The first of these names that is a program on the PATH, as a full path.
 * @param {string[]} names
 * @returns {string | undefined}
 */
export function onPath(names) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

/**
 * The entries of a folder as full paths, in descending order of their numbers (17 before 9);
 * none for a folder that is not there.
 * @param {string} folder
 * @returns {string[]}
 */
export function newestFirst(folder) {
  if (!existsSync(folder)) return [];
  const numeric = new Intl.Collator('en', { numeric: true });
  return readdirSync(folder)
    .sort((a, b) => numeric.compare(b, a))
    .map((name) => join(folder, name));
}

/**
 * Installs a Debian package where that needs nobody's leave: as root, with apt-get there. Says
 * whether it did.
 * @param {string} name
 * @returns {Promise<boolean>}
 */
export async function installDebianPackage(name) {
  if (process.getuid?.() !== 0 || onPath(['apt-get']) === undefined) return false;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return timed(`Installing ${name} from Debian`, async () => {
    await run('apt-get', ['-qq', 'update'], { environment });
    return (await run('apt-get', ['-qq', 'install', '--yes', name], { environment })) === 0;
  });
}
