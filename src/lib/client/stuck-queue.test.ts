import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createBrowser } from './browser.testing.ts';
import type { ProgressState } from './progress-state.svelte.ts';
import type { Tabs } from './tabs.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson } from './world.testing.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: World;
let progress: ProgressState;

beforeEach(async () => {
  world = await createWorld(course(lesson('a'), lesson('b')));
  progress = await world.visit('a');
});

test('a request that failed is tried again on online, also while the turn to send is being given back', async () => {
  let givenBack: Promise<unknown> = Promise.resolve(null);
  const browser = createBrowser(randomUUID);
  const tab = (): Tabs => ({
    ...browser.tab(),
    alone: async (_, work) => {
      await work();
      await givenBack;
    },
  });
  progress = await world.visit('a', { browser: { ...browser, tab } });
  await world.settle();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  givenBack = promise;
  world.network.next = ['cut before the server'];
  await progress.complete('a');
  await world.settle();
  expect(world.network.happened).toEqual(['cut before the server']);

  world.tell('online');
  resolve(null);
  await world.settle();
  expect(progress.pending).toBe(0);
});

test('a clock that was wrong when a request failed is put right, and nothing waits longer', async () => {
  let clockOff = 10 * DAY;
  progress = await world.visit('a', { now: () => world.clock.now() + clockOff });
  world.network.next = ['cut before the server'];
  world.session = null;
  await progress.complete('a');
  await world.settle();
  clockOff = 0;
  await world.clock.advance(MINUTE);
  expect(world.network.happened).toEqual(['cut before the server']);
  expect(progress.sync).toBe('signed-out');

  world.session = 'ada';
  world.tell('visible');
  await world.settle();
  expect(progress.sync).toBe('saved');
});

test('an ended session is asked for once a minute, and nothing changes before the answer', async () => {
  world.session = null;
  await progress.complete('a');
  await world.clock.advance(10 * MINUTE);
  expect(world.network.arrived.length).toBeGreaterThan(8);
  expect(world.network.arrived.length).toBeLessThan(13);

  world.session = 'ada';
  world.network.next = ['held back'];
  for (let second = 0; second < 60 && world.network.happened.length === 0; second++) {
    await world.clock.advance(1_000);
  }
  expect(world.network.happened).toEqual(['held back']);
  expect(progress.sync).toBe('signed-out');
  world.network.release();
  await world.settle();
  expect([progress.sync, progress.pending]).toEqual(['saved', 0]);
});

test('a mark that somebody on the way finds too large is sent again, not given up', async () => {
  world.network.next = [{ status: 413 }, { status: 413 }];
  await progress.complete('a');
  await world.clock.advance(MINUTE);
  expect(world.network.happened).toEqual([{ status: 413 }, { status: 413 }]);
  expect([progress.pending, progress.attention]).toEqual([0, []]);
  expect(await world.completed()).toBe(1);
});

test('what was sent when the page was hidden, and is answered last, leaves the page sending', async () => {
  progress = await world.visit('a');
  await world.settle();
  world.network.next = ['delivered twice'];
  world.tell('hidden');
  await progress.complete('a');
  await world.settle();
  const sent = world.network.arrived.filter(({ operations }) => operations.length > 0);
  expect([world.network.happened, sent.length]).toEqual([['delivered twice'], 3]);

  world.tell('visible');
  await progress.complete('b');
  await world.settle();
  expect([progress.pending, progress.sync]).toEqual([0, 'saved']);
});

test('a tab that waits to try again goes on when another one was answered', async () => {
  const browser = createBrowser(randomUUID);
  const waits = await world.visit('a', { browser });
  const other = await world.visit('a', { browser });
  await world.settle();
  world.network.next = [{ status: 500 }];
  await waits.complete('a');
  await world.settle();
  expect([world.network.happened.length, waits.sync]).toEqual([1, 'offline']);

  await other.complete('b');
  await world.settle();
  expect([waits.sync, other.sync]).toEqual(['saved', 'saved']);
});

test('tabs whose answers lead nowhere do not urge each other on', async () => {
  const browser = createBrowser(randomUUID);
  const tabs = [await world.visit('a', { browser }), await world.visit('a', { browser })] as const;
  await world.settle();
  const rote = { v: 1, user: 'ada', now: 0, lastSeq: 0, results: [], changes: [], cursor: 'rote' };
  const body = JSON.stringify({ ...rote, more: false, catalogue: tabs[0].catalogue.version });
  world.network.always = { status: 200, body };
  for (const [n, tab] of tabs.entries()) await tab.complete(n === 0 ? 'a' : 'b');
  await world.clock.advance(10 * MINUTE);
  // Each of them once a minute, and the first few pauses.
  expect(world.network.happened.length).toBeGreaterThan(10);
  expect(world.network.happened.length).toBeLessThan(50);
});

test('a tab that is told of many marks at once reads the outbox a few times, not once for each', async () => {
  const browser = createBrowser(randomUUID);
  const other = await world.visit('a', { browser });
  let reads = 0;
  let disk: Promise<unknown> = Promise.resolve(null);
  const counting = async (key: Parameters<typeof browser.storage.outbox>[0]) => {
    const outbox = await browser.storage.outbox(key);
    const attention = async () => {
      reads++;
      await disk;
      return outbox.attention();
    };
    return { ...outbox, attention };
  };
  const storage = { ...browser.storage, outbox: counting };
  const told = await world.visit('a', { browser: { ...browser, storage } });
  await world.settle();
  world.network.always = { status: 500 };
  const { promise, resolve } = Promise.withResolvers<unknown>();
  disk = promise;
  reads = 0;
  await Promise.all(Array.from({ length: 50 }, (_, n) => other.advance('a', n)));
  await Promise.all([other.complete('a'), other.complete('b')]);
  await world.settle();
  resolve(null);
  await world.settle();
  expect([told.get('a').status, told.get('b').status]).toEqual(['completed', 'completed']);
  expect(reads).toBeLessThan(5);
});
