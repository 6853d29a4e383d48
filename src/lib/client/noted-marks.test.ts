import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import { keptStorage } from './kept-storage.ts';
import type { KeyValue } from './key-value.ts';
import { memoryKeyValue } from './key-value-memory.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Outbox } from './outbox.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson } from './world.testing.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld(course(lesson('a'), lesson('b')));
});

/** Two views of one browser: a tab in `stuck` gets no further than its notes until it is let go. */
const browsers = (): { stuck: FakeBrowser; browser: FakeBrowser; letGo: () => void } => {
  const storage = memoryStorage(randomUUID);
  const browser = createBrowser(randomUUID, storage);
  let letGo = () => {};
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  const stuck = {
    ...browser,
    storage: {
      ...storage,
      outbox: async (learner: Parameters<typeof storage.outbox>[0]) => {
        const outbox = await storage.outbox(learner);
        const add: Outbox['add'] = async (acts, note) => {
          await isLetGo;
          return outbox.add(acts, note);
        };
        return { ...outbox, add };
      },
    },
  };
  return { stuck, browser, letGo };
};

describe('a mark whose tab goes before it has a number', () => {
  test('shows in the next page, and is sent', async () => {
    const { stuck, browser } = browsers();
    const gone = await world.visit('a', { browser: stuck });
    await world.settle();
    void gone.complete('a');
    await world.settle();
    gone.stop();
    expect(await world.log()).toEqual([]);

    const next = await world.visit('a', { browser });
    expect(next.get('a').status).toBe('not-started');
    await world.settle();
    expect([next.get('a').status, next.pending]).toEqual(['completed', 0]);
    expect(await world.log()).toMatchObject([{ seq: 1, contentId: 'a' }]);
  });

  test('shows in the next page, even if its own had not opened the outbox yet', async () => {
    const { browser } = browsers();
    const outbox = vi.fn(() => new Promise<Outbox>(() => undefined));
    const opening = { ...browser, storage: { ...browser.storage, outbox } };
    const gone = await world.visit('a', { browser: opening });
    await world.settle();
    void gone.complete('a');
    await world.settle();
    gone.stop();
    expect([outbox.mock.calls.length, gone.get('a').status]).toEqual([1, 'completed']);

    const next = await world.visit('a', { browser });
    await world.settle();
    expect([next.get('a').status, next.pending]).toEqual(['completed', 0]);
    expect(await world.log()).toMatchObject([{ seq: 1, contentId: 'a' }]);
  });

  test.each(['ada', null])('shows in a tab that %s looks at again', async (user) => {
    world.session = user;
    const { stuck, browser } = browsers();
    const [gone, other] = [
      await world.visit('a', { browser: stuck }),
      await world.visit('a', { browser }),
    ];
    await world.settle();
    void gone.complete('a');
    gone.stop();
    await world.settle();
    expect(other.get('a').status).toBe('not-started');
    world.tell('visible');
    await world.settle();
    expect(other.get('a').status).toBe('completed');
    expect(await world.log()).toHaveLength(user === null ? 0 : 1);
  });

  test('is sent at once by a tab that is looked at, however slow the disk', async () => {
    const { stuck, browser } = browsers();
    let isRead = Promise.resolve();
    const recover = (now: number) => isRead.then(() => browser.storage.recover(now));
    const storage = { ...browser.storage, recover };
    const gone = await world.visit('a', { browser: stuck });
    await world.visit('a', { browser: { ...browser, storage } });
    await world.settle();
    void gone.complete('a');
    gone.stop();
    let read = () => {};
    isRead = new Promise((resolve) => (read = resolve));
    world.tell('visible');
    await world.settle();
    expect(await world.log()).toEqual([]);
    read();
    await world.settle();
    expect(await world.log()).toHaveLength(1);
  });

  test('shows on in its slow tab, which hears nothing of the page that found it', async () => {
    const { stuck, browser, letGo } = browsers();
    const slow = await world.visit('a', { browser: stuck });
    await world.settle();
    world.network.always = 'cut before the server';
    const done = slow.complete('a');
    await world.settle();
    const deaf = createBrowser(randomUUID, browser.storage);
    await world.visit('b', { browser: deaf });
    await world.settle();
    letGo();
    await done;
    await slow.complete('b');
    expect([slow.pending, slow.get('a').status]).toEqual([2, 'completed']);
  });

  test('is told to the tabs of the same guest by one that was looked at', async () => {
    world.session = null;
    const { stuck, browser } = browsers();
    const [gone, other] = [
      await world.visit('a', { browser: stuck }),
      await world.visit('a', { browser }),
    ];
    const finder = await world.visit('a', { browser });
    await world.settle();
    void gone.complete('a');
    gone.stop();
    await world.settle();
    // Whichever of them finds it.
    world.tell('visible');
    await world.settle();
    expect([finder.get('a').status, other.get('a').status]).toEqual(['completed', 'completed']);
  });

  test('is told by the page that found it to the tabs of the same guest', async () => {
    world.session = null;
    const { stuck, browser } = browsers();
    const [gone, other] = [
      await world.visit('a', { browser: stuck }),
      await world.visit('a', { browser }),
    ];
    await world.settle();
    void gone.complete('a');
    gone.stop();
    await world.settle();
    await world.visit('b', { browser });
    await world.settle();
    expect(other.get('a').status).toBe('completed');
  });

  test('is there once when its tab was only slow', async () => {
    const { stuck, browser, letGo } = browsers();
    const slow = await world.visit('a', { browser: stuck });
    await world.settle();
    const done = slow.complete('a');
    await world.settle();
    const next = await world.visit('b', { browser });
    await next.complete('b');
    await world.settle();
    expect(await world.log()).toMatchObject([{ contentId: 'a' }, { contentId: 'b' }]);
    letGo();
    await done;
    await slow.reopen('a');
    await world.settle();
    for (const page of [slow, next]) {
      expect([page.pending, page.get('a').status, page.get('b').status]).toEqual([
        0,
        'in-progress',
        'completed',
      ]);
    }
    expect(await world.log()).toHaveLength(3);
  });

  test('was made before the page knew its device, and is kept once', async () => {
    const { stuck, browser, letGo } = browsers();
    const early = await world.visit('a', { browser: stuck });
    const done = early.complete('a');
    await world.settle();
    await world.visit('b', { browser });
    await world.settle();
    expect(await world.log()).toEqual([]);
    letGo();
    await done;
    await world.settle();
    expect(await world.log()).toHaveLength(1);
  });
});

describe('a mark whose note comes to nothing', () => {
  const refuse = () => Promise.reject(new DOMException('Refused.', 'UnknownError'));
  const never = () => new Promise<never>(() => undefined);
  test.each<[string, Partial<KeyValue>]>([
    ['is refused', { read: refuse, write: refuse }],
    ['never ends', { write: never }],
  ])('as it %s is kept and sent like any other', async (_, notes) => {
    let asked = 0;
    const write: KeyValue['write'] = (step) => {
      asked++;
      return notes.write!(step);
    };
    const places = [memoryKeyValue(), { ...memoryKeyValue(), ...notes, write }] as const;
    const storage = keptStorage(places[0], randomUUID, places[1]);
    const page = await world.visit('a', { browser: createBrowser(randomUUID, storage) });
    await world.settle();
    world.network.always = 'cut before the server';
    await page.complete('a');
    expect((await storage.waiting())[0]!.operations).toMatchObject([{ contentId: 'a' }]);
    await page.complete('b');
    world.network.always = null;
    world.tell('online');
    await world.settle();
    expect([asked, page.pending, (await world.log()).length]).toEqual([4, 0, 2]);
  });
});
