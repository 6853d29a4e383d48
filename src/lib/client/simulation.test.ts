import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAULTS, histories } from './simulate-history.testing.ts';
import { simulateMany } from './simulate-many.testing.ts';
import type { Arena } from './simulation.testing.ts';
import { createArena, nameOf } from './simulation.testing.ts';

const seed = 20260501;
const RUNS = 5_000;
/** Ten times what it takes on a quiet machine. */
const timeout = 900_000;

let arena: Arena;
beforeAll(async () => {
  arena = await createArena();
});
afterAll(() => arena.close());

test(
  'whatever happens to learners, devices and network, nothing is lost and all agree in the end',
  async () => {
    const { runs, happened, failure } = await simulateMany({ runs: RUNS, seed });
    expect(failure).toBeNull();
    expect(runs).toBe(RUNS);
    // All of it happened.
    const names = [...new Set(FAULTS.map(nameOf)), ...MISHAPS];
    expect(names.filter((name) => !happened.has(name))).toEqual([]);
  },
  timeout,
);

test(
  'with clocks that are wrong by up to ten days every status is the same',
  async () => {
    const property = fc.asyncProperty(histories, async (history) => {
      const right = history.devices.map((device) => ({ ...device, clockOff: 0 }));
      const [one, other] = [
        await arena.play(history),
        await arena.play({ ...history, devices: right }),
      ];
      expect(one.statuses).toBe(other.statuses);
    });
    await fc.assert(property, { numRuns: 300, seed });
  },
  timeout,
);

/** What must have happened besides the faults of the network. */
const MISHAPS = [
  'a mark had no number when its tab was gone',
  'acted while the disk was busy',
  'could not be noted',
  'content published anew',
  'found no room',
  'lost with a warning',
  'notes deleted underneath',
  'older data hydrated late',
  'our server answers 401',
  'our server answers 409',
  'own work discarded',
  'somebody else signed in',
  'storage deleted underneath',
  'storage restored from a copy',
  'tab closed with a request on its way',
  'tab gone in the middle of a call',
  'took another name',
  'work of a guest added',
  'work of a guest discarded',
  'work of a guest put off',
];
