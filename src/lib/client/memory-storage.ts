import type { Operation } from '../core/index.ts';
import type { Attention, DeviceStorage, Outbox, TimedAct } from './outbox.ts';
import { firstWithin, joinUnsent, renumber } from './outbox.ts';

/** Device storage that lasts as long as the page. */
export function memoryStorage(newId: () => string): DeviceStorage {
  const outboxes = new Map<string, Outbox>();
  return {
    outbox: (learner) => {
      const outbox = outboxes.get(learner) ?? memoryOutbox(newId());
      outboxes.set(learner, outbox);
      return Promise.resolve(outbox);
    },
  };
}

/** An outbox in memory. No call waits in the middle, so each is one step. */
function memoryOutbox(firstDevice: string): Outbox {
  let device = firstDevice;
  let lastSeq = 0;
  /** By rising seq: the order in which they came. */
  const operations = new Map<number, Operation>();
  const sent = new Set<number>();
  let attention: Attention[] = [];

  const joined = (act: TimedAct) => {
    const unsent = [...operations.values()].filter(({ seq }) => !sent.has(seq));
    for (const older of unsent.reverse()) {
      const both = joinUnsent(older, act);
      if (both) return both;
    }
    return null;
  };

  return {
    restored: false,
    identity: () => Promise.resolve({ device, lastSeq }),
    unacknowledged: () => Promise.resolve([...operations.values()]),
    attention: () => Promise.resolve([...attention]),

    add: (acts) => {
      const kept = acts.map((act): Operation => {
        const operation = joined(act) ?? { ...act, device, seq: ++lastSeq };
        operations.set(operation.seq, operation);
        return operation;
      });
      return Promise.resolve(kept);
    },

    take: (limits) => {
      const batch = firstWithin([...operations.values()], limits);
      for (const { seq } of batch) sent.add(seq);
      return Promise.resolve(batch);
    },

    acknowledge: (results) => {
      for (const { seq, status, code = status } of results) {
        const operation = operations.get(seq);
        if (operation && status === 'rejected') attention = [...attention, { operation, code }];
        operations.delete(seq);
      }
      return Promise.resolve();
    },

    renew: (renewal) => {
      const renumbered = renumber([...operations.values()], renewal);
      ({ device } = renewal);
      lastSeq = renumbered.length;
      sent.clear();
      operations.clear();
      for (const operation of renumbered) operations.set(operation.seq, operation);
      return Promise.resolve();
    },

    dismiss: ({ device: by, seq }) => {
      attention = attention.filter(
        ({ operation }) => operation.device !== by || operation.seq !== seq,
      );
      return Promise.resolve();
    },
  };
}
