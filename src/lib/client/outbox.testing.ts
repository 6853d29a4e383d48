import { beforeEach, describe, expect, test } from 'vitest';
import type { DeviceStorage, Outbox, TimedAct } from './outbox.ts';
import { bytesOf } from './outbox.ts';

const opened = (contentId: string, at = 0): TimedAct => ({
  kind: 'opened',
  contentId,
  epoch: 0,
  at,
});
const completed = (contentId: string, at = 0): TimedAct => ({
  kind: 'completed',
  by: 'button',
  contentId,
  epoch: 0,
  at,
});

const all = { operations: 200, bytes: 1_000_000 };

/**
 * What every implementation of `DeviceStorage` keeps to. `open` makes an empty one; `newId` is what
 * its devices are named with.
 */
export function deviceStorageContract(
  name: string,
  open: (newId: () => string) => Promise<DeviceStorage> | DeviceStorage,
): void {
  describe(name, () => {
    let storage: DeviceStorage;
    let outbox: Outbox;

    beforeEach(async () => {
      let made = 0;
      storage = await open(() => `device-${++made}`);
      outbox = await storage.outbox('ada');
    });

    const seqs = async () => (await outbox.unacknowledged()).map(({ seq }) => seq);

    test('an outbox made now is not restored and has given no number', async () => {
      expect(outbox.restored).toBe(false);
      expect(await outbox.identity()).toEqual({ device: 'device-1', lastSeq: 0 });
    });

    test('learners have devices and operations of their own', async () => {
      await outbox.add([completed('a')]);
      const other = await storage.outbox('ben');
      expect((await other.identity()).device).not.toBe('device-1');
      expect(await other.unacknowledged()).toEqual([]);
      const again = await storage.outbox('ada');
      expect(await again.unacknowledged()).toHaveLength(1);
    });

    test('acts get the next numbers in their order', async () => {
      const kept = await outbox.add([completed('a', 5), completed('b', 6)]);
      await outbox.add([completed('c', 7)]);
      expect(kept.map(({ device, seq, contentId, at }) => [device, seq, contentId, at])).toEqual([
        ['device-1', 1, 'a', 5],
        ['device-1', 2, 'b', 6],
      ]);
      expect(await seqs()).toEqual([1, 2, 3]);
      expect((await outbox.identity()).lastSeq).toBe(3);
    });

    test('adding at the same moment gives every operation a number of its own', async () => {
      await Promise.all(['a', 'b', 'c', 'd'].map((id) => outbox.add([completed(id)])));
      expect(await seqs()).toEqual([1, 2, 3, 4]);
    });

    test('unsent operations that add up are joined under the older number and time', async () => {
      const at = { contentId: 'a', epoch: 0 };
      await outbox.add([
        { ...at, kind: 'opened', at: 1 },
        { ...at, kind: 'advanced', percentage: 40, at: 2 },
        { ...at, kind: 'spent', ms: 900, at: 3 },
        { ...at, kind: 'saved', data: 'first', at: 4 },
      ]);
      await outbox.add([
        { ...at, kind: 'saved', data: 'second', at: 5 },
        { ...at, kind: 'spent', ms: 1_000, at: 6 },
        { ...at, kind: 'advanced', percentage: 30, at: 7 },
        { ...at, kind: 'opened', at: 8 },
      ]);
      expect(await outbox.unacknowledged()).toEqual([
        { ...at, device: 'device-1', seq: 1, kind: 'opened', at: 1 },
        { ...at, device: 'device-1', seq: 2, kind: 'advanced', percentage: 40, at: 2 },
        { ...at, device: 'device-1', seq: 3, kind: 'spent', ms: 1_000, at: 3 },
        { ...at, device: 'device-1', seq: 4, kind: 'saved', data: 'second', at: 4 },
      ]);
      expect((await outbox.identity()).lastSeq).toBe(4);
    });

    test('what was done once is never joined, nor across items or epochs', async () => {
      await outbox.add([completed('a'), completed('a'), opened('a'), opened('b')]);
      await outbox.add([{ ...opened('a'), epoch: 1 }]);
      expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
    });

    test('an operation that was taken never changes again', async () => {
      await outbox.add([{ kind: 'spent', ms: 900, contentId: 'a', epoch: 0, at: 1 }]);
      const [taken] = await outbox.take(all);
      await outbox.add([{ kind: 'spent', ms: 1_000, contentId: 'a', epoch: 0, at: 2 }]);
      await outbox.add([{ kind: 'spent', ms: 1_100, contentId: 'a', epoch: 0, at: 3 }]);
      expect(await outbox.unacknowledged()).toEqual([
        taken,
        expect.objectContaining({ seq: 2, ms: 1_100, at: 2 }),
      ]);
    });

    test('a batch is the oldest, and taking it again gives it again', async () => {
      await outbox.add(['a', 'b', 'c'].map((id) => completed(id)));
      expect((await outbox.take({ ...all, operations: 2 })).map(({ seq }) => seq)).toEqual([1, 2]);
      expect((await outbox.take({ ...all, operations: 2 })).map(({ seq }) => seq)).toEqual([1, 2]);
      expect(await seqs()).toEqual([1, 2, 3]);
    });

    test('a batch keeps to its bytes, but never stays empty', async () => {
      const [first] = await outbox.add([completed('é'.repeat(50)), completed('b'), completed('c')]);
      const bytes = bytesOf(first);
      const taken = async (limit: number) => (await outbox.take({ ...all, bytes: limit })).length;
      expect(await taken(10)).toBe(1);
      expect(await taken(bytes)).toBe(1);
      expect(await taken(bytes + bytesOf((await outbox.unacknowledged())[1]))).toBe(2);
    });

    test('what the server accepted is dropped, what it refused wants attention', async () => {
      await outbox.add(['a', 'b', 'c', 'd', 'e'].map((id) => completed(id)));
      await outbox.acknowledge([
        { seq: 1, status: 'applied' },
        { seq: 2, status: 'duplicate' },
        { seq: 3, status: 'deferred' },
        { seq: 4, status: 'rejected', code: 'invalid' },
      ]);
      expect(await seqs()).toEqual([5]);
      const attention = await outbox.attention();
      expect(attention).toEqual([
        { operation: { ...completed('d'), device: 'device-1', seq: 4 }, code: 'invalid' },
      ]);
      await outbox.add([completed('f')]);
      expect(await seqs()).toEqual([5, 6]);
    });

    test('acknowledging again changes nothing', async () => {
      await outbox.add([completed('a'), completed('b')]);
      const results = [{ seq: 1, status: 'rejected', code: 'invalid' } as const];
      await outbox.acknowledge(results);
      await outbox.acknowledge(results);
      expect(await outbox.attention()).toHaveLength(1);
      expect(await seqs()).toEqual([2]);
    });

    test('dismissing takes one operation off the attention list', async () => {
      await outbox.add([completed('a'), completed('b')]);
      await outbox.acknowledge([
        { seq: 1, status: 'rejected', code: 'invalid' },
        { seq: 2, status: 'rejected', code: 'unknown_content' },
      ]);
      await outbox.dismiss((await outbox.attention())[0]!.operation);
      expect((await outbox.attention()).map(({ code }) => code)).toEqual(['unknown_content']);
    });

    test('a renewed device numbers what waits from 1, and what refers to it follows', async () => {
      await outbox.add([completed('a'), completed('b'), completed('c')]);
      await outbox.acknowledge([
        { seq: 1, status: 'applied' },
        { seq: 2, status: 'applied' },
      ]);
      const reopened = { kind: 'reopened', epoch: 0, at: 0 } as const;
      await outbox.add([
        { ...reopened, contentId: 'a', seen: { 'device-1': 1, elsewhere: 7 } },
        { ...reopened, contentId: 'c', seen: { 'device-1': 3 } },
        { kind: 'spent', ms: 900, contentId: 'c', epoch: 0, at: 0 },
      ]);
      await outbox.take(all);
      await outbox.renew({ device: 'device-new', spentBefore: () => 600 });

      expect(await outbox.identity()).toEqual({ device: 'device-new', lastSeq: 4 });
      expect(await outbox.unacknowledged()).toEqual([
        expect.objectContaining({ device: 'device-new', seq: 1, kind: 'completed' }),
        expect.objectContaining({ seq: 2, seen: { 'device-1': 1, elsewhere: 7 } }),
        expect.objectContaining({ seq: 3, seen: { 'device-1': 2, 'device-new': 1 } }),
        expect.objectContaining({ seq: 4, ms: 300 }),
      ]);
      // Under the new name nothing was sent yet.
      await outbox.add([{ kind: 'spent', ms: 400, contentId: 'c', epoch: 0, at: 0 }]);
      expect((await outbox.identity()).lastSeq).toBe(4);
    });
  });
}
