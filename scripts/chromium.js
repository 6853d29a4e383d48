import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackage, newestFirst, onPath } from './programs.js';
import { root, run, timed, toolEnvironment } from './project.js';

const ownCopy = join(root, '.cache', 'chromium');

/**
 * The settings under which the tests find a Chromium: installs one when the machine has none.
 * Throws a sentence that says what to do when nothing works.
 * @returns {Promise<Record<string, string>>}
 */
export async function provideChromium() {
  const program =
    findChromium() ??
    ((await installDebianPackage('chromium')) ? findChromium() : undefined) ??
    ((await installOwnCopy()) ? findChromium() : undefined);
  if (program !== undefined) return { CHROMIUM: program };
  throw new Error(
    'The tests need Chromium: install it, or set CHROMIUM to the path of a Chromium or Chrome program.',
  );
}

/** The path of a Chromium or Chrome program, if there is one. */
export function findChromium() {
  return [
    process.env['CHROMIUM'] ?? [],
    onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) ?? [],
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    newestFirst(ownCopy).flatMap((version) => [
      join(version, 'chrome-linux64', 'chrome'),
      join(version, 'chrome-linux', 'chrome'),
    ]),
  ]
    .flat()
    .find((path) => existsSync(path));
}

/** Lets Playwright download the Chromium that fits it. */
async function installOwnCopy() {
  const environment = { ...toolEnvironment, PLAYWRIGHT_BROWSERS_PATH: ownCopy };
  const code = await timed('Downloading Chromium', () =>
    run('playwright-core', ['install', '--no-shell', 'chromium'], environment),
  );
  return code === 0;
}
