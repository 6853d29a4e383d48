/**
 * Checks a folder of content and says all that is wrong with it, with file and line.
 *
 *     npm run content:check [-- folder]
 *
 * The folder is `CONTENT_DIR` or `content` unless it is named. Ends with 1 if there is an error;
 * warnings (links that lead nowhere, ignored files) keep nobody from learning.
 */
import process from 'node:process';
import { checkContentFolder } from '../src/site/content/check.ts';
import { describeProblem } from '../src/site/content/problems.ts';
import { RESERVED_PATHS } from '../src/site/content/reserved-paths.ts';

const dir = process.argv[2] ?? process.env.CONTENT_DIR ?? 'content';
const { problems, counts, optional } = await checkContentFolder({ dir, reserved: RESERVED_PATHS });

for (const problem of problems) console.error(describeProblem(problem));
const errors = problems.filter((problem) => problem.severity === 'error').length;
const warnings = problems.length - errors;
if (errors > 0) {
  console.error(`${dir}: ${number(errors, 'error')}, ${number(warnings, 'warning')}`);
  process.exitCode = 1;
} else {
  const items = [...counts].map(([type, count]) => number(count, type)).join(', ');
  console.log(
    `${dir}: ${items}; ${number(optional, 'unit')} optional; ${number(warnings, 'warning')}`,
  );
}

/** @param {number} count @param {string} noun */
function number(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
