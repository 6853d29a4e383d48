// `npm test`: every check in order; the first that fails ends the run. `npm test -- unit e2e`
// runs only the steps named. The last line counts the tests: `N passed, M failed`.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfChanged } from './build.js';
import { provideChromium } from './chromium.js';
import { install } from './install.js';
import { providePostgres } from './postgres.js';
import { fail, root, run, timed, toolEnvironment } from './project.js';

/**
 * One check. Its script is package.json's; what it needs is made sure of first, may give it
 * settings, and may end with it; one with tests is a run of vitest, whose tests are counted; those that only read the
 * source run beside each other.
 * @typedef {{ settings?: Record<string, string>, end?: () => Promise<void> }} Provided
 * @typedef {() => Promise<Provided | void>} Need
 * @typedef {{ name: string, script?: string, reads?: boolean, tests?: boolean, needs?: Need[] }} Step
 */

/**
 * What a run of vitest reports.
 * @typedef {{ status: string, fullName: string, failureMessages: string[] }} TestReport
 * @typedef {Record<`num${'Passed' | 'Failed' | 'Pending' | 'Todo'}Tests`, number>} Totals
 * @typedef {Totals & { testResults: { assertionResults: TestReport[] }[] }} Report
 */

/** @type {Step[]} */
const steps = [
  { name: 'format', script: 'format:check', reads: true },
  { name: 'lint', script: 'lint', reads: true },
  { name: 'types', script: 'check', reads: true },
  { name: 'boundaries', script: 'boundaries', reads: true },
  { name: 'unused', script: 'unused', reads: true },
  { name: 'unit', script: 'test:unit', tests: true, needs: [providePostgres] },
  { name: 'browser', script: 'test:browser', tests: true, needs: [provideChromium] },
  { name: 'build', needs: [buildIfChanged] },
  {
    name: 'integration',
    script: 'test:integration',
    tests: true,
    needs: [buildIfChanged, providePostgres],
  },
  { name: 'e2e', script: 'test:e2e', tests: true, needs: [buildIfChanged, provideChromium] },
  { name: 'package', script: 'test:package', tests: true },
];

const reports = join(root, '.cache', 'tests');
const count = { passed: 0, failed: 0, skipped: 0 };
/**
 * Tests that failed and then passed, with why they failed.
 * @type {string[]}
 */
const passedLate = [];

try {
  const chosen = stepsNamed(process.argv.slice(2));
  await install();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await run('svelte-kit', ['sync']);
  await all(chosen.filter(({ reads }) => reads).map(runStep));
  for (const step of chosen.filter(({ reads }) => !reads)) await runStep(step);
} catch (problem) {
  fail(problem);
  // A failure that is no failed test (types, coverage ...) must not close on a green line.
  count.failed = Math.max(count.failed, 1);
}
if (passedLate.length > 0) {
  console.log('\nFailed, and passed when run again. Each is to be looked into:');
  for (const test of passedLate) console.log(`- ${test}`);
}
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`);

/**
 * @param {string[]} names - none means all
 * @returns {Step[]}
 */
function stepsNamed(names) {
  const unknown = names.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) {
    const known = steps.map(({ name }) => name).join(', ');
    throw new Error(`No step is named ${unknown}. The steps are: ${known}.`);
  }
  return steps.filter(({ name }) => names.length === 0 || names.includes(name));
}

/**
 * Waits for all, also when one fails.
 * @param {Promise<void>[]} runs
 */
async function all(runs) {
  const ended = await Promise.allSettled(runs);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

/** @param {Step} step */
async function runStep({ name, script, reads = false, tests = false, needs = [] }) {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  /** @type {Provided[]} */
  const provided = [];
  for (const provide of needs) provided.push((await provide()) ?? {});
  if (script === undefined) return;
  const code = await timed(`Step ${name}`, () =>
    run('npm', ['run', '--silent', script, '--', ...(tests ? reporters : [])], {
      environment: Object.assign({}, toolEnvironment, ...provided.map(({ settings }) => settings)),
      quiet: reads,
    }),
  );
  for (const { end } of provided) await end?.();
  const counted = tests ? addUp(report) : true;
  if (code !== 0 || !counted) {
    throw new Error(`Stopped at the step "${name}": npm test -- ${name} runs it alone.`);
  }
}

/**
 * Adds a run's tests to the count. Says whether it ran any: a run that found no tests is a
 * mistake, not a success.
 * @param {string} report
 */
function addUp(report) {
  if (!existsSync(report)) return false;
  const totals = /** @type {Report} */ (JSON.parse(readFileSync(report, 'utf8')));
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = totals;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  for (const { status, fullName, failureMessages } of tests) {
    const [why, where] = failureMessages[0]?.split('\n') ?? [];
    if (status === 'passed' && why) passedLate.push(`${fullName}\n  ${why}\n${where}`);
  }
  count.passed += numPassedTests;
  count.failed += numFailedTests;
  count.skipped += numPendingTests + numTodoTests;
  return numPassedTests + numFailedTests > 0;
}
