import fc from 'fast-check';
import type { History } from './simulate-history.testing.ts';
import { histories } from './simulate-history.testing.ts';
import { createArena } from './simulation.testing.ts';

/** What many runs came to. */
export interface Report {
  runs: number;
  /** How often each thing that can go wrong did. */
  happened: Map<string, number>;
  /** The smallest history that fails, and why; null when all was well. */
  failure: string | null;
}

/** Plays many histories; says after each thousand how many are through. */
export async function simulateMany(options: {
  runs: number;
  seed: number;
  onProgress?: (runs: number) => void;
}): Promise<Report> {
  const { runs, seed, onProgress } = options;
  const happened = new Map<string, number>();
  const arena = await createArena();
  let done = 0;
  const property = fc.asyncProperty(histories, async (history) => {
    const { problems, happened: here } = await arena.play(history);
    for (const [what, times] of here) happened.set(what, (happened.get(what) ?? 0) + times);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    if (++done % 1000 === 0) onProgress?.(done);
  });
  const details = await fc.check(property, { numRuns: runs, seed });
  await arena.close();
  return { runs: done, happened, failure: details.failed ? describe(details) : null };
}

function describe(details: fc.RunDetails<[History]>): string {
  const { seed, counterexamplePath, counterexample, errorInstance } = details;
  return [
    `seed ${seed}, path ${counterexamplePath}`,
    JSON.stringify(counterexample, null, 2),
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
  ].join('\n');
}
