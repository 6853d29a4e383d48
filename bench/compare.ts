import type { drive } from './load.ts';

/** How often each subject is measured, after a first time that warms up. */
export const ROUNDS = 5;

/** Runs two subjects in turn, round after round, and prints the medians and their ratio. */
export async function compare(
  name: string,
  subjects: Record<string, () => ReturnType<typeof drive>>,
): Promise<void> {
  const rates = new Map(Object.keys(subjects).map((key) => [key, [] as number[]]));
  const waits = new Map(Object.keys(subjects).map((key) => [key, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [key, run] of Object.entries(subjects)) {
      const { perSecond, p99 } = await run();
      // The first round warms up.
      if (round === 0) continue;
      rates.get(key)!.push(perSecond);
      waits.get(key)!.push(p99);
    }
  }
  const figures = [...rates].map(([key, each]) => ({ key, rate: median(each) }));
  const [ours, beside] = figures as [(typeof figures)[0], (typeof figures)[0]];
  const shown = figures.map(
    ({ key, rate }) => `${key} ${rate.toFixed(0)}/s (p99 ${median(waits.get(key)!).toFixed(1)} ms)`,
  );
  console.log(`${name}: ${shown.join(', ')}: × ${(ours.rate / beside.rate).toFixed(2)}`);
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
