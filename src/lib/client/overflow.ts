import { keptOutbox } from './kept-outbox.ts';
import { memoryKeyValue } from './key-value-memory.ts';
import type { Outbox } from './outbox.ts';
import { StorageLost } from './outbox.ts';

/**
 * An outbox that takes acts into memory, under the name of another device, when the device has no
 * room for them. They are sent first: closing the page would lose them. Time spent is not counted
 * as long as there is no room: it is the total of another device.
 */
export async function withOverflow(kept: Outbox, newId: () => string): Promise<Outbox> {
  const overflow = await keptOutbox(memoryKeyValue(), 'guest overflow', newId);
  const { device: overflowing } = await overflow.identity();
  const both = async <T>(ask: (outbox: Outbox) => Promise<T[]>): Promise<T[]> => [
    ...(await ask(overflow)),
    ...(await ask(kept)),
  ];

  return {
    ...kept,
    add: (acts, note) =>
      kept.add(acts, note).catch(async (error: unknown) => {
        if (error instanceof StorageLost) throw error;
        const added = await overflow.add(acts);
        // Left there, it would be sent once more.
        note?.drop();
        return added;
      }),
    unacknowledged: () => both((outbox) => outbox.unacknowledged()),
    take: async (limits) => {
      const batch = await overflow.take(limits);
      return batch.length > 0 ? batch : kept.take(limits);
    },
    acknowledge: (device, results) =>
      (device === overflowing ? overflow : kept).acknowledge(device, results),
    attention: () => both((outbox) => outbox.attention()),
    dismiss: async (operation) => {
      await overflow.dismiss(operation);
      await kept.dismiss(operation);
    },
    discard: async () => {
      await Promise.all([overflow.discard(), kept.discard()]);
    },
  };
}
