import type { Operation } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import { userKey, userOf } from './device-storage.ts';
import type { Outbox } from './outbox.ts';
import { firstWithin } from './outbox.ts';
import type { Dress } from './simulation.testing.ts';

/** A storage whose outboxes have a fault of their own. */
const outboxThat =
  (breaks: (outbox: Outbox, learner: LearnerKey) => Partial<Outbox>): Dress =>
  (storage) => ({
    ...storage,
    outbox: async (learner) => {
      const outbox = await storage.outbox(learner);
      return { ...outbox, ...breaks(outbox, learner) };
    },
  });

const accepted = (operations: readonly Operation[]) =>
  operations.map(({ seq }) => ({ seq, status: 'applied' as const }));

/** Mistakes that others have made, by what the client does then: the simulation must notice each. */
export const mutants: Record<string, Dress> = {
  'clears its outbox before the answer came': outboxThat((outbox) => ({
    take: async (limits) => {
      const batch = await outbox.take(limits);
      const [first] = batch;
      if (first) await outbox.acknowledge(first.device, accepted(batch));
      return batch;
    },
  })),

  'changes what is on its way': outboxThat((outbox) => ({
    take: async (limits) => firstWithin(await outbox.unacknowledged(), limits),
  })),

  'drops what came while a request was on its way': outboxThat((outbox) => ({
    acknowledge: async (device) => {
      await outbox.acknowledge(device, accepted(await outbox.unacknowledged()));
    },
  })),

  'counts time by what was added, not by its total': outboxThat((outbox) => ({
    add: (acts, note) =>
      outbox.add(
        acts.map((act) => (act.kind === 'spent' ? { ...act, ms: 1 } : act)),
        note,
      ),
  })),

  'adds time again each time it sends it': outboxThat((outbox) => {
    let times = 0;
    return {
      take: async (limits) => {
        times++;
        const batch = await outbox.take(limits);
        return batch.map((each) =>
          each.kind === 'spent' ? { ...each, ms: each.ms * times } : each,
        );
      },
    };
  }),

  'forgets what its pages had no time to number': (storage) => ({
    ...storage,
    recover: () => Promise.resolve(false),
  }),

  'keeps what it noted when it has a number': outboxThat((outbox) => ({
    add: (acts) => outbox.add(acts),
  })),

  'keeps its name when it was restored from a copy': outboxThat(() => ({
    renew: () => Promise.resolve(),
  })),

  'keeps where rows end before it keeps them': (storage) => ({
    ...storage,
    keepRows: async (learner, rows) => {
      await storage.keepRows(learner, { ...rows, changes: [] });
      await storage.keepRows(learner, rows);
    },
  }),

  'offers what a guest did once more': (storage) => ({
    ...storage,
    adopt: async (guest, user) => {
      const work = (await storage.waiting()).find(({ learner }) => learner === guest);
      await storage.adopt(guest, user);
      await storage.deposit(guest, work?.operations ?? []);
    },
  }),

  'drops what a guest did instead of adding it': (storage) => ({
    ...storage,
    adopt: async (guest, user) => {
      await storage.adopt(guest, user);
      const outbox = await storage.outbox(userKey(user));
      for (const operation of await outbox.unacknowledged()) {
        await outbox.acknowledge(operation.device, accepted([operation]));
      }
    },
  }),

  'sends the queue of another learner': (storage) => ({
    ...storage,
    outbox: (learner) => storage.outbox(userOf(learner) === null ? learner : 'user everybody'),
  }),

  // What the server has is newer by the clock, so what waits is dropped.
  'lets the last write win by the clock': (storage) => ({
    ...storage,
    keepRows: async (learner, rows) => {
      await storage.keepRows(learner, rows);
      const outbox = await storage.outbox(learner);
      const times = new Map(
        rows.changes.map(({ record }) => [
          record.contentId,
          Date.parse(record.lastAccessedAt ?? ''),
        ]),
      );
      for (const operation of await outbox.unacknowledged()) {
        if ((times.get(operation.contentId) ?? 0) <= operation.at) continue;
        await outbox.acknowledge(operation.device, accepted([operation]));
      }
    },
  }),
};
