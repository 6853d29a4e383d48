// `npm run simulate [-- --runs 100000 --seed 1]`: learners with several devices over days on a bad
// network, again and again, on the real handlers. Progress goes to stderr, the report to stdout.
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { root } from './project.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const runs = Number(values.runs);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);

// Svelte's runes have to be compiled.
const vite = await createServer({
  root,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  const { simulateMany } =
    /** @type {typeof import('../src/lib/client/simulate-many.testing.ts')} */ (
      await vite.ssrLoadModule('/src/lib/client/simulate-many.testing.ts')
    );
  const begun = performance.now();
  const speed = (/** @type {number} */ done) =>
    `${Math.round((1000 * done) / (performance.now() - begun))} runs/s`;
  const report = await simulateMany({
    runs,
    seed,
    onProgress: (done) => console.error(`${done} of ${runs}, ${speed(done)}`),
  });
  console.log(`seed ${seed}: ${report.runs} runs, ${speed(report.runs)}`);
  for (const [what, times] of [...report.happened].sort()) console.log(`  ${times} × ${what}`);
  if (report.failure !== null) {
    console.log(report.failure);
    process.exitCode = 1;
  }
} finally {
  await vite.close();
}
