import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStorage } from './memory-storage.ts';
import type { DeviceStorage } from './device-storage.ts';
import type { Outbox } from './outbox.ts';
import { firstWithin } from './outbox.ts';
import { histories, simulate } from './simulation.testing.ts';

const seed = 20260501;

test('whatever the network did, nothing is lost and all devices agree', async () => {
  const faults = new Set<string>();
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const outcome = await simulate(history);
      for (const fault of outcome.faults) faults.add(fault);
      expect(outcome.problems).toEqual([]);
    }),
    { numRuns: 100, seed },
  );
  // Every kind of fault happened.
  expect(faults.size).toBe(13);
}, 120_000);

describe('the simulation notices an outbox that', () => {
  /** Memory storage whose outboxes have a fault of their own. */
  const broken =
    (breakIt: (outbox: Outbox) => Partial<Outbox>) =>
    (newId: () => string): DeviceStorage => {
      const storage = memoryStorage(newId);
      return {
        ...storage,
        outbox: async (learner) => {
          const outbox = await storage.outbox(learner);
          return { ...outbox, ...breakIt(outbox) };
        },
      };
    };

  const mutants: [string, (newId: () => string) => DeviceStorage][] = [
    [
      'is cleared before the answer came',
      broken((outbox) => ({
        take: async (limits) => {
          const batch = await outbox.take(limits);
          const [first] = batch;
          const results = batch.map(({ seq }) => ({ seq, status: 'applied' as const }));
          if (first) await outbox.acknowledge(first.device, results);
          return batch;
        },
      })),
    ],
    [
      'drops what came while a request was on its way',
      broken((outbox) => ({
        acknowledge: async (device) => {
          const all = await outbox.unacknowledged();
          const results = all.map(({ seq }) => ({ seq, status: 'applied' as const }));
          await outbox.acknowledge(device, results);
        },
      })),
    ],
    [
      'changes what is on its way',
      (newId) => {
        const storage = memoryStorage(newId);
        return {
          ...storage,
          outbox: async (learner) => {
            const outbox = await storage.outbox(learner);
            // Without being told what was taken, it goes on joining.
            const take: Outbox['take'] = async (limits) =>
              firstWithin(await outbox.unacknowledged(), limits);
            return { ...outbox, take };
          },
        };
      },
    ],
  ];

  test.each(mutants)(
    '%s',
    async (_, storage) => {
      const check = fc.check(
        fc.asyncProperty(histories, async (history) => {
          const { problems } = await simulate(history, storage);
          return problems.length === 0;
        }),
        { numRuns: 200, seed, endOnFailure: true },
      );
      expect((await check).failed).toBe(true);
    },
    60_000,
  );
});
