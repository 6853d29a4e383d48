import type { Operation, SyncResult } from '../core/index.ts';
import { isLogged } from '../core/index.ts';
import type { LearnerKey } from './device-storage.ts';
import { claim } from './kept-notes.ts';
import type { OutboxRow } from './kept-values.ts';
import {
  clearWork,
  keys,
  listed,
  operationsOf,
  outboxRow,
  putActs,
  putUnsent,
} from './kept-values.ts';
import type { KeyValue, Reads, Writes } from './key-value.ts';
import type { Attention, Outbox } from './outbox.ts';
import { firstWithin, renumber, StorageLost } from './outbox.ts';

/** A learner's outbox among the values. */
export async function keptOutbox(
  kept: KeyValue,
  learner: LearnerKey,
  newId: () => string,
): Promise<Outbox> {
  const { row: first, restored } = await kept.write((values) => outboxRow(values, learner, newId));

  /** The row of this outbox, and not of one that took its place. */
  const rowIn = async (values: Reads) => {
    const row = (await values.get(keys.outbox(learner))) as OutboxRow | undefined;
    if (row?.lineage !== first.lineage) throw new StorageLost('The outbox is gone.');
    return row;
  };
  const read = <T>(step: (values: Reads, row: OutboxRow) => Promise<T>): Promise<T> =>
    kept.read(async (values) => step(values, await rowIn(values)));
  const write = <T>(step: (values: Writes, row: OutboxRow) => Promise<T>): Promise<T> =>
    kept.write(async (values) => step(values, await rowIn(values)));

  return {
    restored,
    identity: () => read(async (_, { device, lastSeq }) => ({ device, lastSeq })),
    unacknowledged: () => read((values) => operationsOf(values, learner)),
    attention: () => read((values) => listed<Attention>(values, keys.attention(learner))),

    add: async (acts, note) => {
      const added = await write(async (values, row) =>
        note && !(await claim(values, note)) ? null : putActs(values, { learner, row }, acts),
      );
      note?.drop();
      return added;
    },

    take: (limits) =>
      write(async (values) => {
        const batch = firstWithin(await operationsOf(values, learner), limits);
        for (const { device, seq } of batch) values.delete(keys.unsent(learner, device, seq));
        return batch;
      }),

    acknowledge: (device, results) =>
      write(async (values) => {
        for (const result of results) {
          const { seq, status, code = status } = result;
          const key = keys.operation(learner, device, seq);
          const operation = (await values.get(key)) as Operation | undefined;
          if (operation && isTold(result, operation)) {
            values.put(keys.attention(learner, device, seq), { operation, code });
          }
          values.delete(key);
          values.delete(keys.unsent(learner, device, seq));
        }
      }),

    collides: (lastSeq) =>
      read(async (values, { device }) => {
        const unsent = await values.list(keys.unsent(learner, device));
        return unsent.some(([key]) => (key.at(-1) as number) <= lastSeq);
      }),

    renew: (renewal) =>
      write(async (values, row) => {
        const own = keys.operation(learner, row.device);
        const renumbered = renumber(await listed<Operation>(values, own), renewal);
        values.clear(own);
        values.clear(keys.unsent(learner, row.device));
        // Under the new name nothing was sent yet.
        for (const operation of renumbered) putUnsent(values, learner, operation);
        const named = { device: renewal.device, lastSeq: renumbered.length };
        values.put(keys.outbox(learner), { ...row, ...named });
      }),

    dismiss: ({ device, seq }) =>
      write(async (values) => values.delete(keys.attention(learner, device, seq))),
    discard: () => write(async (values) => clearWork(values, learner)),
  };
}

/** Says whether the learner is told: of what was refused, and of a mark that came too late to count. */
function isTold({ status, code }: SyncResult, { kind }: Operation): boolean {
  return status === 'rejected' || (code === 'before_restart' && isLogged(kind));
}
