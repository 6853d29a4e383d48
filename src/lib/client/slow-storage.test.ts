import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Outbox } from './outbox.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson } from './world.testing.ts';

let world: World;
let disk: ReturnType<typeof createSlowDisk>;

beforeEach(async () => {
  world = await createWorld(course(lesson('a'), lesson('b'), lesson('c')));
  disk = createSlowDisk();
});

/** A page of whoever is signed in, once all is read. */
const open = async () => {
  const page = await world.visit('a', { browser: disk.browser });
  await world.settle();
  disk.begun.length = 0;
  return page;
};

test('a mark is handed to the disk at once, whatever the disk is still busy with', async () => {
  const ada = await open();
  disk.stop('add');
  void ada.complete('a');
  void ada.complete('b');
  await world.settle();
  expect(disk.begun).toEqual(['completed a', 'completed b']);
  disk.goOn();
  await world.settle();
  expect([ada.pending, await world.completed()]).toEqual([0, 2]);
});

test('what takes back a mark that is not kept yet waits for its name, and what comes later waits too', async () => {
  const ada = await open();
  disk.stop('add');
  void ada.complete('a');
  void ada.reopen('a');
  void ada.complete('a');
  void ada.complete('b');
  await world.settle();
  expect(disk.begun).toEqual(['completed a']);
  disk.goOn();
  await world.settle();
  expect(disk.begun.slice(1)).toEqual(['reopened a', 'completed a', 'completed b']);
  const made = (await world.log()).map(({ kind, contentId }) => `${kind} ${contentId}`);
  expect([ada.pending, made]).toEqual([0, disk.begun]);
  expect(await world.completed()).toBe(2);
});

test('a mark that is kept while the device is read does not vanish', async () => {
  world.session = null;
  const [guest, other] = [await open(), await open()];
  disk.stop('attention');
  await other.complete('a');
  await world.settle();
  await guest.complete('b');
  const seen = () => [guest.pending, guest.get('b').status];
  expect(seen()).toEqual([1, 'completed']);
  disk.goOn();
  await world.settle();
  expect(seen()).toEqual([2, 'completed']);
});

test('a mark shows at once, however many another tab has made that this one has not heard of', async () => {
  world.session = null;
  const [guest, other] = [await open(), await open()];
  disk.stop('attention');
  for (let n = 0; n < 3; n++) await other.complete('b').then(() => other.reopen('b'));
  for (let n = 0; n < 3; n++) {
    void guest.complete('a');
    expect(guest.get('a').status).toBe('completed');
    await world.settle();
    void guest.reopen('a');
    expect(guest.get('a').status).toBe('in-progress');
    await world.settle();
  }
  disk.goOn();
});

/** A browser whose disk may stop to answer for a while. */
function createSlowDisk() {
  const kept = memoryStorage(randomUUID);
  const begun: string[] = [];
  let stopped: 'add' | 'attention' | null = null;
  let goOn: () => void = () => undefined;
  let going = Promise.resolve();
  const browser: FakeBrowser = createBrowser(randomUUID, {
    ...kept,
    outbox: async (learner) => {
      const outbox = await kept.outbox(learner);
      const add: Outbox['add'] = async (acts) => {
        begun.push(...acts.map(({ kind, contentId }) => `${kind} ${contentId}`));
        if (stopped === 'add') await going;
        return outbox.add(acts);
      };
      const attention: Outbox['attention'] = async () => {
        if (stopped === 'attention') await going;
        return outbox.attention();
      };
      return { ...outbox, add, attention };
    },
  });
  return {
    browser,
    /** What it was asked to keep, in this order. */
    begun,
    stop: (what: 'add' | 'attention') => {
      stopped = what;
      going = new Promise((resolve) => (goOn = resolve));
    },
    goOn: () => {
      stopped = null;
      goOn();
    },
  };
}
