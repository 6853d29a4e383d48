import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { userKey } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Outbox } from './outbox.ts';
import { StorageLost } from './outbox.ts';
import { withOverflow } from './overflow.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson } from './world.testing.ts';

const MINUTE = 60_000;
let world: World;
let browser: FakeBrowser;

/** Storage that outlives the page, as a browser's does. */
const durable = (): DeviceStorage => ({ ...memoryStorage(randomUUID), durable: true });

beforeEach(async () => {
  world = await createWorld(course(lesson('a'), lesson('b')));
});

/** A page of whoever is signed in, once all is read and sent. */
const open = async (user: string | null) => {
  world.session = user;
  const page = await world.visit('a', { browser });
  await world.settle();
  return page;
};

describe('storage that fails', () => {
  test('deleted underneath the page, it is filled again with what the page knows', async () => {
    const { storage, lose } = losable();
    browser = createBrowser(randomUUID, storage);
    const ada = await open('ada');
    world.network.always = 'cut before the server';
    await ada.complete('a');
    await world.settle();
    lose();
    await ada.complete('b');
    await world.settle();
    expect([ada.pending, ada.get('a').status, ada.get('b').status]).toEqual([
      2,
      'completed',
      'completed',
    ]);
    expect((await storage.waiting())[0]!.operations).toHaveLength(2);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([ada.pending, (await world.log('ada')).length]).toEqual([0, 2]);
  });

  test('deleted underneath a copy, what is done there stays its learner’s', async () => {
    const { storage, lose } = losable();
    browser = createBrowser(randomUUID, storage);
    const online = await open('ada');
    online.stop();
    const loaded = await world.server.load(null, 'a');
    world.network.always = 'cut before the server';
    const page = await world.visit('a', { browser, loaded: { ...loaded, copy: true } });
    await page.complete('a');
    lose();
    await page.complete('b');
    await world.settle();
    expect(await storage.waiting()).toMatchObject([{ learner: userKey('ada') }]);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([page.user, page.pending, (await world.log('ada')).length]).toEqual(['ada', 0, 2]);
  });

  test('deleted underneath a guest’s tabs, brings them together again', async () => {
    const { storage, lose } = losable();
    browser = createBrowser(randomUUID, storage);
    const first = await open(null);
    const guest = await storage.here();
    lose();
    await first.complete('a');
    expect(await storage.here()).toBe(guest);
    lose();
    const second = await open(null);
    await first.complete('b');
    await world.settle();
    expect([first.get('a').status, second.get('a').status]).toEqual(['completed', 'completed']);
  });

  test('deleted underneath the page, counts all time once', async () => {
    const { storage, lose } = losable();
    browser = createBrowser(randomUUID, storage);
    const ada = await open('ada');
    await ada.spend('a', 1_000);
    await world.settle();
    lose();
    await ada.spend('a', 1_000);
    await world.settle();
    await ada.spend('a', 1_000);
    await world.settle();
    const { progress } = await world.server.export('ada');
    expect(progress.find(({ contentId }) => contentId === 'a')!.timeSpentMs).toBe(3_000);
  });

  test('deleted while changes are on their way, it is given all of them again', async () => {
    const { storage, lose } = losable();
    browser = createBrowser(randomUUID, storage);
    const ada = await open('ada');
    await ada.complete('a');
    await world.settle();
    world.network.next = ['held back'];
    world.tell('online');
    await world.settle();
    lose();
    await ada.complete('b');
    expect(world.network.held).toBe(1);
    world.network.release();
    await world.clock.advance(6 * MINUTE);
    const { changes } = await storage.rows(userKey('ada'));
    expect(changes.map(({ record }) => record.contentId).sort()).toEqual(['a', 'b', 'knots']);
  });

  test('slow to tell what another tab has made, it hides no mark', async () => {
    const kept = durable();
    let isTold = Promise.resolve();
    browser = createBrowser(randomUUID, {
      ...kept,
      outbox: async (learner) => {
        const outbox = await kept.outbox(learner);
        return { ...outbox, attention: () => isTold.then(() => outbox.attention()) };
      },
    });
    const [guest, other] = [await open(null), await open(null)];
    let tell = () => {};
    isTold = new Promise((resolve) => (tell = resolve));
    for (let n = 0; n < 3; n++) await other.complete('b').then(() => other.reopen('b'));
    for (let n = 0; n < 3; n++) {
      void guest.complete('a');
      expect(guest.get('a').status).toBe('completed');
      await world.settle();
      void guest.reopen('a');
      expect(guest.get('a').status).toBe('in-progress');
      await world.settle();
    }
    tell();
  });

  test('without room for more, marks stay in the page, are sent first, and the page says so', async () => {
    const [kept, disk, diskOfRows] = [durable(), createDisk(true), createDisk(true)];
    browser = createBrowser(randomUUID, {
      ...overflowing(kept, disk),
      keepRows: diskOfRows.needed(kept.keepRows),
    });
    const ada = await open('ada');
    expect(ada.device.durable).toBe(true);
    await ada.complete('a');
    expect([disk.refused, ada.device.durable, ada.get('a').status]).toEqual([
      1,
      false,
      'completed',
    ]);
    await world.settle();
    expect([ada.pending, (await world.log('ada')).length]).toEqual([0, 1]);
    disk.isFull = diskOfRows.isFull = false;
    await ada.complete('b');
    expect(ada.device.durable).toBe(true);
  });

  test('without room for rows is given them again by the next page', async () => {
    const [kept, disk] = [durable(), createDisk(true)];
    browser = createBrowser(randomUUID, { ...kept, keepRows: disk.needed(kept.keepRows) });
    await world.server.record('ada', [{ kind: 'completed', by: 'button', contentId: 'a' }]);
    const first = await open('ada');
    world.tell('online');
    await world.settle();
    expect(disk.refused).toBeGreaterThan(0);
    disk.isFull = false;
    await first.complete('b');
    await world.settle();
    first.stop();
    await open('ada');
    world.tell('online');
    await world.settle();
    const { changes } = await kept.rows(userKey('ada'));
    expect(changes.map(({ record }) => record.contentId).sort()).toEqual(['a', 'b', 'knots']);
  });

  test('without room for more counts no time twice', async () => {
    const disk = createDisk();
    browser = createBrowser(randomUUID, overflowing(durable(), disk));
    const ada = await open('ada');
    await ada.spend('a', 1_000);
    disk.isFull = true;
    await ada.spend('a', 1_000);
    disk.isFull = false;
    await ada.spend('a', 1_000);
    await world.settle();
    expect(disk.refused).toBe(1);
    expect([ada.pending, ada.get('a').timeSpentMs]).toEqual([0, 3_000]);
  });

  test('deleted and then full, leaves the page with what it knows', async () => {
    const { storage, lose } = losable();
    const disk = createDisk();
    browser = createBrowser(randomUUID, { ...storage, enter: disk.needed(storage.enter) });
    const ada = await open('ada');
    world.network.always = 'cut before the server';
    await ada.complete('a');
    await world.settle();
    lose();
    disk.isFull = true;
    await ada.complete('b');
    expect([disk.refused, ada.device.durable, ada.pending]).toEqual([1, false, 2]);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([ada.pending, (await world.log('ada')).length]).toEqual([0, 2]);
  });

  test('too full for a learner to enter, what waits there is theirs and sent all the same', async () => {
    const [kept, disk] = [durable(), createDisk()];
    browser = createBrowser(randomUUID, { ...kept, enter: disk.needed(kept.enter) });
    const before = await open('ada');
    world.network.always = 'cut before the server';
    await before.complete('a');
    before.stop();
    disk.isFull = true;
    const ada = await open('ada');
    expect([disk.refused, ada.pending, ada.get('a').status]).toEqual([1, 1, 'completed']);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([ada.pending, (await world.log('ada')).length]).toEqual([0, 1]);
  });

  test.each([
    ['rows', 1],
    ['rows', 2],
    ['outbox', 1],
    ['outbox', 2],
  ] as const)(
    'that fails to read its %s %i × as it is opened loses nothing',
    async (name, most) => {
      const kept = durable();
      let failures = 0;
      const bad =
        <T>(ask: (learner: LearnerKey) => Promise<T>) =>
        (learner: LearnerKey) =>
          failures < most
            ? Promise.reject<T>(new Error(`The disk had a bad moment: ${++failures}.`))
            : ask(learner);
      browser = createBrowser(randomUUID, { ...kept, [name]: bad(kept[name] as typeof kept.rows) });
      world.session = 'ada';
      const ada = await world.visit('a', { browser });
      await ada.complete('a');
      await world.settle();
      expect([failures, ada.get('a').status, ada.pending]).toEqual([most, 'completed', 0]);
      expect(await world.log('ada')).toHaveLength(1);
    },
  );

  test('without room for more, what is not wanted is deleted all the same', async () => {
    const disk = createDisk();
    browser = createBrowser(randomUUID, overflowing(durable(), disk));
    const ada = await open('ada');
    world.network.always = 'cut before the server';
    await ada.complete('a');
    disk.isFull = true;
    await ada.complete('b');
    expect([disk.refused, ada.pending]).toEqual([1, 2]);
    await ada.device.discardOwn();
    expect([ada.pending, ada.get('a').status, ada.get('b').status]).toEqual([
      0,
      'not-started',
      'not-started',
    ]);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect(await world.log('ada')).toEqual([]);
  });

  test('that is lost again and again is given up', async () => {
    const kept = durable();
    const gone = { isGone: false, times: 0 };
    browser = createBrowser(randomUUID, {
      ...kept,
      outbox: async (learner) => {
        const outbox = await kept.outbox(learner);
        const add: Outbox['add'] = (acts, note) => {
          if (!gone.isGone) return outbox.add(acts, note);
          gone.times++;
          return Promise.reject(new StorageLost('The outbox is gone.'));
        };
        return { ...outbox, add };
      },
    });
    const ada = await open('ada');
    gone.isGone = true;
    await ada.complete('a');
    await world.settle();
    expect([gone.times, ada.device.durable]).toEqual([4, false]);
    expect([ada.pending, (await world.log('ada')).length]).toEqual([0, 1]);
  });

  test('with no room for anything is done without', async () => {
    const [kept, { needed }] = [durable(), createDisk(true)];
    const storage = { ...kept, enter: needed(kept.enter), outbox: needed(kept.outbox) };
    browser = createBrowser(randomUUID, storage);
    const ada = await open('ada');
    await ada.complete('a');
    await world.settle();
    expect([ada.device.durable, ada.pending, (await world.log('ada')).length]).toEqual([
      false,
      0,
      1,
    ]);
  });
});

/** A disk that fills up: what it is needed for is then refused, and counted. */
function createDisk(isFull = false) {
  const disk = {
    isFull,
    refused: 0,
    needed:
      <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        if (!disk.isFull) return work(...args);
        disk.refused++;
        throw new DOMException('No room.', 'QuotaExceededError');
      },
  };
  return disk;
}

/** Storage whose outbox needs room on a disk, and has an overflow for when there is none. */
function overflowing(kept: DeviceStorage, disk: ReturnType<typeof createDisk>): DeviceStorage {
  return {
    ...kept,
    outbox: async (learner) => {
      const outbox = await kept.outbox(learner);
      return withOverflow({ ...outbox, add: disk.needed(outbox.add) }, randomUUID);
    },
  };
}

/** Storage that somebody may delete at any moment. */
function losable(): { storage: DeviceStorage; lose: () => void } {
  let kept = durable();
  const ask =
    (name: keyof DeviceStorage) =>
    (...args: unknown[]) =>
      (kept[name] as (...args: unknown[]) => unknown)(...args);
  const names = Object.keys(kept).filter((name) => name !== 'durable') as (keyof DeviceStorage)[];
  const storage = Object.fromEntries(names.map((name) => [name, ask(name)])) as unknown;
  return {
    storage: {
      ...(storage as DeviceStorage),
      durable: true,
      outbox: async (learner) => {
        const from = kept;
        const outbox = await from.outbox(learner);
        return new Proxy(outbox, {
          get: (target, name, receiver) => {
            if (from !== kept && name !== 'then') {
              return () => Promise.reject(new StorageLost('The outbox is gone.'));
            }
            return Reflect.get(target, name, receiver) as unknown;
          },
        });
      },
    },
    lose: () => {
      kept = durable();
    },
  };
}
