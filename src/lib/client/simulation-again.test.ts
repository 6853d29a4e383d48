import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { histories } from './simulate-history.testing.ts';
import { simulateMany } from './simulate-many.testing.ts';
import { mutants } from './simulate-mutants.testing.ts';
import type { Arena } from './simulation.testing.ts';
import { createArena } from './simulation.testing.ts';

// The other half of what `simulation.test.ts` begins: two files, two cores.
const seed = 20261122;
/** With this one each mistake is noticed within some hundred runs. */
const SOON = 3;
const RUNS = 5_000;
const timeout = 900_000;

let arena: Arena;
beforeAll(async () => {
  arena = await createArena();
});
afterAll(() => arena.close());

test(
  'whatever happens, nothing is lost and all agree in the end: more of it',
  async () => {
    const { runs, failure } = await simulateMany({ runs: RUNS, seed });
    expect(failure).toBeNull();
    expect(runs).toBe(RUNS);
  },
  timeout,
);

describe('the simulation notices a client that', () => {
  test.each(Object.entries(mutants))(
    '%s',
    async (_, dress) => {
      const property = fc.asyncProperty(histories, async (history) => {
        const { problems } = await arena.play(history, dress);
        return problems.length === 0;
      });
      const { failed } = await fc.check(property, {
        numRuns: 1_000,
        seed: SOON,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
    },
    timeout,
  );
});
