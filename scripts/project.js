// Plain JavaScript without dependencies, as is what start.js, build.js and test.js need: it runs on the
// Node that happens to be there, before the project's own Node and tools are installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, absolute. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node that the project brings itself: there once the dependencies are installed. */
export const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');

/** How people and machines ask a program to end. @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The environment in which the project's tools are found first, and run on its own Node. */
export const toolEnvironment = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
};

/**
 * Runs a command in the project's folder and answers its exit code, as a shell would. It gets our
 * signals; its output is ours, or, if quiet, is shown only when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ environment?: Record<string, string | undefined>, quiet?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, { environment = toolEnvironment, quiet = false } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: environment,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  });
  /** @type {Uint8Array[]} */
  const held = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (/** @type {Uint8Array} */ part) => held.push(part));
  }
  const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, passOn);

  return new Promise((resolve) => {
    const end = (/** @type {number} */ code) => {
      for (const signal of SIGNALS) process.off(signal, passOn);
      if (code !== 0) process.stderr.write(Buffer.concat(held));
      resolve(code);
    };
    child.on('error', (problem) => {
      console.error(problem.message);
      end(1);
    });
    child.on('close', (code, signal) =>
      end(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

/**
 * Does one piece of work between two plain lines that say what it is and how long it took.
 * @template T
 * @param {string} what - as in "Building the site"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function timed(what, work) {
  const begun = Date.now();
  console.log(`${what} ...`);
  const result = await work();
  console.log(`${what} took ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Ends a program: its last sentence is the problem's, its exit code 1.
 * @param {unknown} problem
 */
export function fail(problem) {
  console.error(problem instanceof Error ? problem.message : problem);
  process.exitCode = 1;
}
