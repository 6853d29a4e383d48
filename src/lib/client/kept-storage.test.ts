import { describe, expect, test } from 'vitest';
import type { Change } from '../core/index.ts';
import type { DeviceStorage } from './device-storage.ts';
import { userKey } from './device-storage.ts';
import { deviceStorageContract } from './device-storage.testing.ts';
import { keptStorage } from './kept-storage.ts';
import type { KeyValue } from './key-value.ts';
import { memoryKeyValue } from './key-value-memory.ts';
import { memoryStorage } from './memory-storage.ts';
import { createDisk } from './simulate-disk.testing.ts';

deviceStorageContract('device storage in memory', memoryStorage);

describe('a page that is gone after any of its writes', () => {
  const newId = (() => {
    let made = 0;
    return () => `id-${++made}`;
  })();
  const ada = userKey('ada');
  const row = (contentId: string) => ({ record: { contentId, revision: 1 } }) as Change;

  /** Does work on a device with so many writes left; says what the device kept, and whether it was through. */
  const kept = async (
    { before, work }: Record<'before' | 'work', (storage: DeviceStorage) => Promise<unknown>>,
    writes: number,
  ) => {
    const values = memoryKeyValue();
    const device = keptStorage(values, newId);
    await before(device);
    let left = writes;
    const mortal: KeyValue = {
      ...values,
      write: (step) => (left-- > 0 ? values.write(step) : new Promise(() => undefined)),
    };
    const through = work(keptStorage(mortal, newId)).then(() => true);
    const isThrough = await Promise.race([through, new Promise(setImmediate).then(() => false)]);
    return { device, isThrough };
  };

  test('has kept rows and where they end, or neither', async () => {
    const story = {
      before: (storage: DeviceStorage) => storage.enter('ada'),
      work: (storage: DeviceStorage) =>
        storage.keepRows(ada, { changes: [row('a'), row('b')], cursor: 'end', after: null }),
    };
    const ends: string[] = [];
    for (let writes = 0, done = false; !done; writes++) {
      const { device, isThrough } = await kept(story, writes);
      const { changes, cursor } = await device.rows(ada);
      ends.push(`${changes.length} rows to ${cursor}`);
      done = isThrough;
    }
    expect([...new Set(ends)]).toEqual(['0 rows to null', '2 rows to end']);
  });

  test('has a guest’s work with the guest, or with the user', async () => {
    const story = {
      before: async (storage: DeviceStorage) => {
        const guest = await storage.enter(null);
        const outbox = await storage.outbox(guest);
        await outbox.add([{ kind: 'completed', by: 'button', contentId: 'a', epoch: 0, at: 0 }]);
      },
      work: async (storage: DeviceStorage) => {
        await storage.enter('ada');
        const [work] = await storage.waiting();
        await storage.adopt(work!.learner, 'ada');
      },
    };
    const holders: string[][] = [];
    for (let writes = 0, done = false; !done; writes++) {
      const { device, isThrough } = await kept(story, writes);
      const waiting = await device.waiting();
      holders.push(waiting.map(({ learner }) => (learner === ada ? 'ada' : 'guest')));
      done = isThrough;
    }
    expect(holders.length).toBeGreaterThan(2);
    expect(holders.at(-1)).toEqual(['ada']);
    expect(holders.slice(0, -1).every((each) => each.join() === 'guest')).toBe(true);
  });
});

describe('a full disk', () => {
  const ada = userKey('ada');

  /** A device on which Ada did something that nobody has acknowledged, and then its disk was full. */
  const fullDevice = async () => {
    const disk = createDisk();
    const device = keptStorage(disk.values, () => crypto.randomUUID());
    await device.enter('ada');
    const row = { record: { contentId: 'a', revision: 1 } } as Change;
    await device.keepRows(ada, { changes: [row], cursor: 'end', after: null });
    const outbox = await device.outbox(ada);
    await outbox.add([{ kind: 'completed', by: 'button', contentId: 'b', epoch: 0, at: 0 }]);
    disk.isFull = true;
    return { disk, device };
  };

  test('shows nobody what belongs to who left, and keeps what nobody has acknowledged', async () => {
    const { disk, device } = await fullDevice();
    await expect(device.enter(null)).rejects.toThrow('No room');
    expect(disk.refused).toBeGreaterThan(0);
    expect([await device.present(), (await device.rows(ada)).changes]).toEqual([null, []]);
    expect(await device.waiting()).toMatchObject([{ learner: ada, operations: [{}] }]);
  });

  test('keeps what was noted as it is, until there is room for numbers', async () => {
    const { disk, device } = await fullDevice();
    disk.isFull = false;
    const outbox = await device.outbox(ada);
    const act = { kind: 'completed', by: 'button', contentId: 'c', epoch: 0, at: 1 } as const;
    device.note(ada, [act]);
    await device.present();
    disk.isFull = true;
    expect([await device.recover(0), disk.refused > 0]).toEqual([false, true]);
    expect(await outbox.unacknowledged()).toHaveLength(1);
    disk.isFull = false;
    expect(await device.recover(0)).toBe(true);
    expect(await outbox.unacknowledged()).toHaveLength(2);
  });

  test('leaves no note of what the page holds in its place', async () => {
    const { disk, device } = await fullDevice();
    disk.isFull = false;
    const outbox = await device.outbox(ada);
    const act = { kind: 'completed', by: 'button', contentId: 'c', epoch: 0, at: 1 } as const;
    const note = device.note(ada, [act]);
    await device.present();
    disk.isFull = true;
    expect(await outbox.add([act], note)).toMatchObject([{ seq: 1 }]);
    expect(disk.refused).toBeGreaterThan(0);
    disk.isFull = false;
    expect(await device.recover(0)).toBe(false);
    expect(await outbox.unacknowledged()).toHaveLength(2);
  });

  test('still says who is here, and what waits', async () => {
    const { device } = await fullDevice();
    expect(await device.here()).toBe(ada);
    expect(await device.enter('ada')).toBe(ada);
    expect(await (await device.outbox(ada)).unacknowledged()).toHaveLength(1);
  });
});
