// Everything in scripts/ is plain JavaScript without dependencies: it runs on the Node that
// happens to be there, before the project's own Node and tools are installed.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, absolute. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node that the project brings itself: there once the dependencies are installed. */
export const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');

/** The environment in which the project's tools are found first, and run on its own Node. */
export const toolEnvironment = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
};

/**
 * Runs a command in the project's folder, its output passed on, and answers its exit code.
 * A command that a signal ended, or that is not there, answers 1.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [environment]
 * @returns {Promise<number>}
 */
export function run(command, args, environment = toolEnvironment) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: environment, stdio: 'inherit' });
    child.on('error', (problem) => {
      console.error(problem.message);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
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
