import { beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../core/index.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { userKey, userOf } from './device-storage.ts';
import type { Outbox, TimedAct } from './outbox.ts';
import { bytesOf, StorageLost } from './outbox.ts';

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

const ada = userKey('ada');
const ben = userKey('ben');

/** A row of the server's, as small as can be. */
const row = (contentId: string, revision = 1): Change =>
  ({ record: { contentId, revision } }) as Change;

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
      await storage.enter('ada');
      outbox = await storage.outbox(ada);
    });

    const acknowledge = async (results: Parameters<Outbox['acknowledge']>[1]) =>
      outbox.acknowledge((await outbox.identity()).device, results);
    const seqs = async () => (await outbox.unacknowledged()).map(({ seq }) => seq);

    test('an outbox made now is not restored and has given no number', async () => {
      expect(outbox.restored).toBe(false);
      expect((await outbox.identity()).lastSeq).toBe(0);
    });

    test('learners have devices and operations of their own', async () => {
      await outbox.add([completed('a')]);
      const other = await storage.outbox(ben);
      expect((await other.identity()).device).not.toBe((await outbox.identity()).device);
      expect(await other.unacknowledged()).toEqual([]);
      const again = await storage.outbox(ada);
      expect(await again.unacknowledged()).toHaveLength(1);
    });

    test('acts get the next numbers in their order', async () => {
      const kept = await outbox.add([completed('a', 5), completed('b', 6)]);
      await outbox.add([completed('c', 7)]);
      expect(kept!.map(({ device, seq, contentId, at }) => [device, seq, contentId, at])).toEqual([
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

    test('the total time of another device is left out', async () => {
      const spent: TimedAct = { kind: 'spent', ms: 900, contentId: 'a', epoch: 0, at: 1 };
      const { device } = await outbox.identity();
      expect(await outbox.add([{ ...spent, device: 'another-device' }])).toEqual([]);
      expect(await outbox.add([{ ...spent, device }])).toEqual([{ ...spent, device, seq: 1 }]);
    });

    test('a batch is the oldest, and taking it again gives it again', async () => {
      await outbox.add(['a', 'b', 'c'].map((id) => completed(id)));
      expect((await outbox.take({ ...all, operations: 2 })).map(({ seq }) => seq)).toEqual([1, 2]);
      expect((await outbox.take({ ...all, operations: 2 })).map(({ seq }) => seq)).toEqual([1, 2]);
      expect(await seqs()).toEqual([1, 2, 3]);
    });

    test('a batch keeps to its bytes, but never stays empty', async () => {
      const acts = [completed('é'.repeat(50)), completed('b'), completed('c')];
      const [first] = (await outbox.add(acts))!;
      const bytes = bytesOf(first);
      const taken = async (limit: number) => (await outbox.take({ ...all, bytes: limit })).length;
      expect(await taken(10)).toBe(1);
      expect(await taken(bytes)).toBe(1);
      expect(await taken(bytes + bytesOf((await outbox.unacknowledged())[1]))).toBe(2);
    });

    test('what the server accepted is dropped, what it refused wants attention', async () => {
      await outbox.add(['a', 'b', 'c', 'd', 'e'].map((id) => completed(id)));
      await acknowledge([
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
      await acknowledge(results);
      await acknowledge(results);
      expect(await outbox.attention()).toHaveLength(1);
      expect(await seqs()).toEqual([2]);
    });

    test('dismissing takes one operation off the attention list', async () => {
      await outbox.add([completed('a'), completed('b')]);
      await acknowledge([
        { seq: 1, status: 'rejected', code: 'invalid' },
        { seq: 2, status: 'rejected', code: 'unknown_content' },
      ]);
      await outbox.dismiss((await outbox.attention())[0]!.operation);
      expect((await outbox.attention()).map(({ code }) => code)).toEqual(['unknown_content']);
    });

    test('a number collides that was given and never sent, and that the server has', async () => {
      await outbox.add([completed('a'), completed('b')]);
      await outbox.take({ ...all, operations: 1 });
      expect(await outbox.collides(1)).toBe(false);
      expect(await outbox.collides(2)).toBe(true);
      await outbox.take(all);
      expect(await outbox.collides(2)).toBe(false);
    });

    test('a renewed device numbers what waits from 1, and what refers to it follows', async () => {
      await outbox.add([completed('a'), completed('b'), completed('c')]);
      await acknowledge([
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

    describe('what is noted', () => {
      const kept = async () =>
        (await outbox.unacknowledged()).map(({ contentId, seq }) => `${contentId} ${seq}`);

      test('has no number until it is added, once', async () => {
        const note = storage.note(ada, [completed('a')]);
        expect(await kept()).toEqual([]);
        expect(await outbox.add([completed('a')], note)).toMatchObject([{ seq: 1 }]);
        expect(await storage.recover(0)).toBe(false);
        expect(await kept()).toEqual(['a 1']);
      });

      test('may be added as something else, or as nothing', async () => {
        await outbox.add([completed('b')], storage.note(ada, [completed('a')]));
        expect(await outbox.add([], storage.note(ada, [completed('a')]))).toEqual([]);
        expect(await storage.recover(0)).toBe(false);
        expect(await kept()).toEqual(['b 1']);
      });

      test('is recovered in its order, joined, and whoever did it', async () => {
        storage.note(ada, [completed('a'), opened('a')]);
        for (let n = 0; n < 10; n++) storage.note(ada, [completed(`more ${n}`), opened('a')]);
        storage.note(ben, [completed('b')]);
        expect(await storage.recover(0)).toBe(true);
        const more = Array.from({ length: 10 }, (_, n) => `more ${n} ${n + 3}`);
        expect(await kept()).toEqual(['a 1', 'a 2', ...more]);
        const work = await storage.waiting();
        expect(work.map(({ learner }) => learner).sort()).toEqual([ada, ben]);
      });

      test('takes back nothing that comes later, whatever number it was guessed to follow', async () => {
        const { device } = await outbox.identity();
        const seen = { [device]: 9, elsewhere: 9 };
        storage.note(ada, [completed('a')]);
        storage.note(ada, [{ kind: 'reopened', contentId: 'a', epoch: 0, at: 1, seen }]);
        await storage.recover(0);
        expect(await outbox.unacknowledged()).toMatchObject([
          { seq: 1 },
          { seq: 2, seen: { [device]: 2, elsewhere: 9 } },
        ]);
      });

      test('takes back what came before, whatever number it was guessed to have', async () => {
        const { device } = await outbox.identity();
        await outbox.add([completed('b')]);
        storage.note(ada, [completed('a')]);
        storage.note(ada, [
          { kind: 'reopened', contentId: 'a', epoch: 0, at: 1, seen: { [device]: 1 } },
        ]);
        await storage.recover(0);
        expect((await outbox.unacknowledged()).at(-1)).toMatchObject({ seen: { [device]: 3 } });
      });

      test('is not added again by its page when it was recovered', async () => {
        const note = storage.note(ada, [completed('a')]);
        await storage.recover(0);
        for (let n = 0; n < 3; n++) expect(await storage.recover(n)).toBe(false);
        expect(await outbox.add([completed('a')], note)).toBeNull();
        expect(await kept()).toEqual(['a 1']);
        // A day later nobody comes any more who would need to know.
        await storage.recover(25 * 60 * 60_000);
        expect(await outbox.add([completed('a')], note)).toHaveLength(1);
      });

      test('outlives its outbox, and is added to the one in its place', async () => {
        const [first, second] = [
          storage.note(ada, [completed('a')]),
          storage.note(ada, [completed('b')]),
        ];
        await storage.enter('ben');
        await expect(outbox.add([completed('a')], first)).rejects.toThrow(StorageLost);
        outbox = await storage.outbox(ada);
        await outbox.add([completed('a')], first);
        await storage.recover(0);
        expect(await outbox.add([completed('b')], second)).toBeNull();
        expect(await kept()).toEqual(['a 1', 'b 2']);
      });

      test('and lost with its outbox, is added all the same', async () => {
        const note = storage.note(ada, [completed('a')]);
        const elsewhere = await open(ids('elsewhere'));
        outbox = await elsewhere.outbox(ada);
        expect(await outbox.add([completed('a')], note)).toHaveLength(1);
      });

      test('without an outbox makes one when it is recovered', async () => {
        storage.note(ada, [completed('a')]);
        await storage.enter('ben');
        await storage.recover(0);
        expect(await storage.waiting()).toMatchObject([{ learner: ada, operations: [{ seq: 1 }] }]);
      });

      test('is deleted with all other work', async () => {
        storage.note(ada, [completed('a')]);
        await storage.discard(ada);
        expect(await storage.recover(0)).toBe(false);
      });
    });

    describe('who is here', () => {
      test('at first a guest, who stays until a user enters', async () => {
        const fresh = await open(ids('guest'));
        expect(await fresh.present()).toBeNull();
        const guest = await fresh.here();
        expect(await fresh.present()).toBe(guest);
        expect(userOf(guest)).toBeNull();
        expect(await fresh.here()).toBe(guest);
        expect(await fresh.enter(null)).toBe(guest);
        expect(await fresh.enter('ada')).toBe(ada);
        expect(await fresh.here()).toBe(ada);
      });

      test('after a user, another guest, or the one that is named', async () => {
        const first = await storage.enter(null);
        await (await storage.outbox(first)).add([completed('a')]);
        await storage.enter('ada');
        const second = await storage.enter(null);
        expect(second).not.toBe(first);
        expect(await storage.enter(null, first)).toBe(second);
        await storage.enter('ada');
        expect(await storage.enter(null, first)).toBe(first);
      });

      test('whoever comes finds no rows of who left, and who comes back finds none either', async () => {
        await storage.keepRows(ada, { changes: [row('a')], cursor: 'one', after: null });
        await storage.enter('ada');
        expect(await storage.rows(ada)).toEqual({ changes: [row('a')], cursor: 'one' });
        await storage.enter('ben');
        expect(await storage.rows(ben)).toEqual({ changes: [], cursor: null });
        await storage.enter('ada');
        expect(await storage.rows(ada)).toEqual({ changes: [], cursor: null });
      });

      test('unacknowledged work of who left stays, and nothing else', async () => {
        await outbox.add([completed('a')]);
        await (await storage.outbox(ben)).identity();
        await storage.enter('ben');
        await storage.enter('cora');
        expect((await storage.waiting()).map(({ learner }) => learner)).toEqual([ada]);
        await storage.enter('ada');
        const again = await storage.outbox(ada);
        expect(again.restored).toBe(true);
        expect(await again.unacknowledged()).toHaveLength(1);
      });

      test('an outbox with nothing in it is lost when its learner has left', async () => {
        await storage.enter('ben');
        await expect(outbox.add([completed('a')])).rejects.toThrow(StorageLost);
        expect((await storage.outbox(ada)).restored).toBe(false);
      });

      test('a guest who only looked around leaves nothing', async () => {
        const guest = await storage.enter(null);
        await (await storage.outbox(guest)).add([opened('a')]);
        await storage.enter('ada');
        expect(await storage.waiting()).toEqual([]);
      });
    });

    describe('rows', () => {
      test('are added, replaced by id, and begun anew', async () => {
        await storage.keepRows(ada, { changes: [row('a'), row('b')], cursor: 'one', after: null });
        await storage.keepRows(ada, {
          changes: [row('b', 2), row('c', 2)],
          cursor: 'two',
          after: 'one',
        });
        const { changes, cursor } = await storage.rows(ada);
        const kept = changes.map(({ record }) => `${record.contentId} ${record.revision}`).sort();
        expect([kept, cursor]).toEqual([['a 1', 'b 2', 'c 2'], 'two']);
        await storage.keepRows(ada, {
          changes: [row('d')],
          cursor: 'new',
          after: null,
          reset: true,
        });
        expect(await storage.rows(ada)).toEqual({ changes: [row('d')], cursor: 'new' });
      });

      test('are added without moving the end when those before them were not kept', async () => {
        await storage.keepRows(ada, { changes: [row('b')], cursor: 'two', after: 'one' });
        expect(await storage.rows(ada)).toEqual({ changes: [row('b')], cursor: null });
      });

      test('of somebody who is not here any more are not kept', async () => {
        await storage.enter('ben');
        await storage.keepRows(ada, { changes: [row('a')], cursor: 'one', after: null });
        expect(await storage.rows(ada)).toEqual({ changes: [], cursor: null });
      });
    });

    describe("a guest's work", () => {
      let guest: LearnerKey;

      beforeEach(async () => {
        guest = await storage.enter(null);
        const work = await storage.outbox(guest);
        const { device } = await work.identity();
        await work.add([
          completed('a', 5),
          { kind: 'reopened', contentId: 'a', epoch: 0, at: 6, seen: { [device]: 1 } },
          completed('b', 7),
          { kind: 'restarted', contentId: 'b', epoch: 0, at: 8 },
          { ...completed('b', 9), epoch: 1 },
          { kind: 'spent', ms: 900, contentId: 'c', epoch: 0, at: 10 },
        ]);
        await storage.enter('ada');
        outbox = await storage.outbox(ada);
      });

      const waiting = async () => (await storage.waiting()).map(({ learner }) => learner);

      test('becomes operations of a fresh device, of the current epochs, in one step', async () => {
        await outbox.add([completed('own', 20)]);
        await storage.adopt(guest, 'ada');
        expect(await waiting()).toEqual([ada]);
        const operations = await outbox.unacknowledged();
        const [device, own] = [operations[0]!.device, operations.at(-1)!.device];
        expect(own).toBe((await outbox.identity()).device);
        expect(device).not.toBe(own);
        expect(operations).toEqual([
          { kind: 'completed', by: 'button', contentId: 'a', at: 5, device, seq: 1 },
          { kind: 'reopened', contentId: 'a', at: 6, seen: { [device]: 1 }, device, seq: 2 },
          { kind: 'completed', by: 'button', contentId: 'b', at: 9, device, seq: 3 },
          { kind: 'spent', ms: 900, contentId: 'c', at: 10, device, seq: 4 },
          { ...completed('own', 20), device: own, seq: 1 },
        ]);
      });

      test('is sent one device at a time, and acknowledged by its own', async () => {
        await outbox.add([completed('own')]);
        await storage.adopt(guest, 'ada');
        const batch = await outbox.take(all);
        expect(new Set(batch.map(({ device }) => device)).size).toBe(1);
        expect(batch).toHaveLength(4);
        const results = batch.map(({ seq }) => ({ seq, status: 'applied' as const }));
        await outbox.acknowledge(batch[0]!.device, results);
        expect((await outbox.take(all)).map(({ contentId }) => contentId)).toEqual(['own']);
      });

      test('takes back what it had seen, also under a name that was lost since', async () => {
        await storage.deposit(guest, [{ ...completed('d', 1), device: 'device-lost', seq: 9 }]);
        await (
          await storage.outbox(guest)
        ).add([{ kind: 'reopened', contentId: 'd', epoch: 0, at: 11, seen: { 'device-lost': 9 } }]);
        await storage.adopt(guest, 'ada');
        const [completion, ...others] = await outbox.unacknowledged();
        expect(completion).toMatchObject({ kind: 'completed', contentId: 'd', seq: 1 });
        const seen = { [completion!.device]: 1 };
        expect(others.at(-1)).toMatchObject({ kind: 'reopened', contentId: 'd', seen });
      });

      test('cannot be added twice', async () => {
        await storage.adopt(guest, 'ada');
        await storage.adopt(guest, 'ada');
        await storage.adopt(guest, 'ben');
        expect(await outbox.unacknowledged()).toHaveLength(4);
        expect(await waiting()).toEqual([ada]);
      });

      test('can be added to a user who has no outbox yet', async () => {
        await storage.adopt(guest, 'ben');
        expect(await (await storage.outbox(ben)).unacknowledged()).toHaveLength(4);
      });

      test('can be put off, and is then offered to one user alone', async () => {
        await storage.reserve(guest, 'ada');
        expect(await storage.waiting()).toMatchObject([{ learner: guest, reservedFor: 'ada' }]);
      });

      test('can be discarded', async () => {
        await storage.discard(guest);
        expect(await waiting()).toEqual([]);
      });
    });

    test('discarding takes operations and attention, and the numbers go on', async () => {
      await outbox.add([completed('a'), completed('b')]);
      await acknowledge([{ seq: 1, status: 'rejected', code: 'invalid' }]);
      await storage.discard(ada);
      expect([await outbox.unacknowledged(), await outbox.attention()]).toEqual([[], []]);
      const [next] = (await outbox.add([completed('c')]))!;
      expect(next!.seq).toBe(3);
    });

    test('what is deposited keeps its name, is there once, and never changes', async () => {
      const lost = { ...opened('a'), device: 'device-lost', seq: 7 };
      await storage.deposit(ada, [lost]);
      await storage.deposit(ada, [{ ...lost, at: 9 }]);
      await outbox.add([opened('a', 10)]);
      expect(await outbox.unacknowledged()).toMatchObject([lost, { seq: 1, at: 10 }]);
    });

    test('one holder at a time has the lease', async () => {
      const ask = (holder: string, now: number, ms = 100) => storage.lease(holder, { now, ms });
      expect(await ask('tab one', 0)).toBe(true);
      expect(await ask('tab two', 50)).toBe(false);
      expect(await ask('tab one', 90)).toBe(true);
      expect(await ask('tab two', 150)).toBe(false);
      expect(await ask('tab two', 190)).toBe(true);
      expect(await ask('tab two', 200, 0)).toBe(true);
      expect(await ask('tab one', 201)).toBe(true);
    });

    test('a lease by a clock that was put back since holds nobody up', async () => {
      const ask = (holder: string, now: number) => storage.lease(holder, { now, ms: 100 });
      expect(await ask('tab one', 9_000)).toBe(true);
      expect(await ask('tab two', 50)).toBe(true);
      expect(await ask('tab one', 51)).toBe(false);
    });

    test('a lease that was lost is not given back for the one who has it now', async () => {
      const ask = (holder: string, now: number, ms = 100) => storage.lease(holder, { now, ms });
      expect(await ask('tab one', 0)).toBe(true);
      expect(await ask('tab two', 150)).toBe(true);
      expect(await ask('tab one', 160, 0)).toBe(false);
      expect(await ask('tab three', 170)).toBe(false);
    });
  });
}

function ids(name: string): () => string {
  let made = 0;
  return () => `${name}-${++made}`;
}
