import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackage, onPath } from './programs.js';
import { ownNode, root, run, timed, toolEnvironment } from './project.js';

/** Where Playwright keeps a browser that it downloads: beside the project and not into it. */
const ownCopies = {
  ...toolEnvironment,
  PLAYWRIGHT_BROWSERS_PATH: join(root, '.cache', 'chromium'),
};

/** What Chromium is started with wherever it runs for tests: no window, no sandbox, no calls home. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The settings under which the tests find a Chromium: installs one when the machine has none.
 * Throws a sentence that says what to do when nothing works.
 * @returns {Promise<{ settings: Record<string, string> }>}
 */
export async function provideChromium() {
  const program =
    findChromium() ??
    ((await installDebianPackage('chromium')) ? findChromium() : undefined) ??
    ((await installOwnCopy()) ? findChromium() : undefined);
  if (program !== undefined) return { settings: { CHROMIUM: program } };
  throw new Error(
    'The tests need Chromium: install it, or set CHROMIUM to the path of a Chromium or Chrome program.',
  );
}

/** The path of a Chromium or Chrome program, if there is one. */
export function findChromium() {
  const usual = [
    process.env['CHROMIUM'],
    onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  const isThere = (/** @type {string | undefined} */ path) => path && existsSync(path);
  return usual.find(isThere) ?? [ownCopy()].find(isThere);
}

/** Where Playwright would keep its own Chromium, whether it is there or not. */
function ownCopy() {
  const question = "process.stdout.write(require('playwright-core').chromium.executablePath())";
  const options = /** @type {const} */ ({ cwd: root, env: ownCopies, encoding: 'utf8' });
  return spawnSync(ownNode, ['-e', question], options).stdout;
}

/** Lets Playwright download the Chromium that fits it. */
async function installOwnCopy() {
  const code = await timed('Downloading Chromium', () =>
    run('playwright-core', ['install', '--no-shell', 'chromium'], { environment: ownCopies }),
  );
  return code === 0;
}
