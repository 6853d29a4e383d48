import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ContentData } from '../core/index.ts';
import { openOutline, overviewOf } from '../core/index.ts';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import type { DeviceStorage } from './device-storage.ts';
import { userKey } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson, START } from './world.testing.ts';

const MINUTE = 60_000;
const content: ContentData[] = [
  ...course(lesson('a'), lesson('b'), {
    id: 'quiz',
    type: 'exercise',
    title: 'Quiz',
    graded: true,
  }),
  { id: 'rope', type: 'course', title: 'Rope', children: [lesson('d')] },
];

let world: World;
let browser: FakeBrowser;

/** Storage that outlives the page, as a browser's does. */
const durable = (): DeviceStorage => ({ ...memoryStorage(randomUUID), durable: true });

beforeEach(async () => {
  world = await createWorld(content);
  browser = createBrowser(randomUUID, durable());
});

/** A page of whoever is signed in, once all is read and sent. */
const open = async (user: string | null, contentId = 'a') => {
  world.session = user;
  const page = await world.visit(contentId, { browser });
  await world.settle();
  return page;
};

describe('what a guest did', () => {
  test('is there on the next page, and never sent', async () => {
    const first = await open(null);
    await first.complete('a');
    first.stop();
    const next = await open(null, 'd');
    expect(next.get('d').status).toBe('not-started');
    expect([next.sync, next.pending, next.isEmpty]).toEqual(['on-device', 1, false]);
    next.hydrate(await world.load('a'));
    expect(next.get('a').status).toBe('completed');
    await world.clock.advance(10 * MINUTE);
    expect(world.network.arrived).toEqual([]);
  });

  test('is not known until the device was asked; a user’s is', async () => {
    world.session = null;
    const guest = await world.visit('a', { browser });
    expect(guest.known).toBe(false);
    await world.settle();
    expect(guest.known).toBe(true);
    world.session = 'ada';
    expect((await world.visit('a', { browser })).known).toBe(true);
  });

  test('is offered by what and when to who signs in, added, sent once, and gone', async () => {
    const guest = await open(null);
    await guest.complete('a');
    await world.clock.advance(2 * 24 * 60 * MINUTE);
    await guest.attempt('quiz', { answers: 'right' });
    guest.stop();
    const ada = await open('ada');
    expect(ada.get('a').status).toBe('not-started');
    const [offer] = ada.device.offers;
    expect(offer).toMatchObject({ units: 2, from: START, to: START + 2 * 24 * 60 * MINUTE });

    await ada.device.add(offer!);
    expect([ada.get('a').status, ada.device.offers]).toEqual(['completed', []]);
    await world.settle();
    expect([ada.sync, ada.pending, ada.get('quiz').score]).toEqual(['saved', 0, 100]);
    const kept = (await world.log('ada')).map(({ kind, contentId, effectiveAt }) => [
      kind,
      contentId,
      effectiveAt,
    ]);
    expect(kept).toEqual([
      ['completed', 'a', new Date(START).toISOString()],
      ['attempted', 'quiz', new Date(START + 2 * 24 * 60 * MINUTE).toISOString()],
    ]);
    await ada.device.add(offer!);
    await world.settle();
    expect(await world.log('ada')).toHaveLength(2);
  });

  test('is not brought back by a page of the guest that slept meanwhile', async () => {
    const asleep = await open(null);
    await asleep.complete('a');
    asleep.stop();
    const ada = await open('ada');
    await ada.device.add(ada.device.offers[0]!);
    await world.settle();
    await asleep.complete('b');
    await world.settle();
    await ada.device.look();
    expect(ada.device.offers).toMatchObject([{ units: 1 }]);
    await ada.device.add(ada.device.offers[0]!);
    await world.settle();
    expect((await world.log('ada')).map(({ contentId }) => contentId).sort()).toEqual(['a', 'b']);
  });

  test('joins what the account has: it takes nothing back that the guest had not seen', async () => {
    const elsewhere = await world.visit('a');
    await elsewhere.complete('a');
    await elsewhere.restart('b');
    await world.settle();
    const guest = await open(null);
    await guest.complete('a');
    await guest.reopen('a');
    await guest.complete('b');
    await guest.restart('b');
    await guest.complete('b');
    guest.stop();
    const ada = await open('ada');
    await ada.device.add(ada.device.offers[0]!);
    await world.settle();
    expect([ada.get('a').status, ada.get('b').status]).toEqual(['completed', 'completed']);
    expect((await world.log('ada')).filter(({ kind }) => kind === 'restarted')).toEqual([]);
  });

  test('refused is gone, and the next guest begins with nothing', async () => {
    const guest = await open(null);
    await guest.complete('a');
    guest.stop();
    const ada = await open('ada');
    await ada.device.discard(ada.device.offers[0]!);
    expect([ada.device.offers, await browser.storage.waiting()]).toEqual([[], []]);
    ada.stop();
    const next = await open(null);
    expect([next.get('a').status, next.isEmpty]).toEqual(['not-started', true]);
  });

  test('put off is offered to the same user alone, at the next visit, and listed for others', async () => {
    const guest = await open(null);
    await guest.complete('a');
    guest.stop();
    const ada = await open('ada');
    await ada.device.putOff(ada.device.offers[0]!);
    expect(ada.device.offers).toEqual([]);
    ada.stop();
    const ben = await open('ben');
    expect([ben.device.offers, ben.device.others]).toMatchObject([[], [{ units: 1 }]]);
    ben.stop();
    expect((await open('ada')).device.offers).toHaveLength(1);
  });

  test('is not offered when it was only looked at', async () => {
    const guest = await open(null);
    await guest.open('a');
    guest.stop();
    const ada = await open('ada');
    expect([ada.device.offers, ada.device.others]).toEqual([[], []]);
  });
});

describe('a shared device', () => {
  test('calls nobody for a mere visit of somebody else’s, and sends it when they are back', async () => {
    const ada = await open('ada');
    world.network.always = 'cut before the server';
    await ada.open('a');
    await world.settle();
    expect(ada.pending).toBe(1);
    ada.stop();
    world.network.always = null;

    const ben = await open('ben');
    await world.settle();
    expect(ben.device.others).toEqual([]);
    ben.stop();
    expect((await open('ada')).get('a').status).toBe('in-progress');
  });

  test('sends nobody’s work as another’s, and keeps it until its learner is back', async () => {
    const ada = await open('ada');
    world.network.always = 'cut before the server';
    await ada.complete('a');
    await world.settle();
    expect(world.network.happened.length).toBeGreaterThan(0);
    ada.stop();
    world.network.always = null;

    const ben = await open('ben');
    await ben.complete('b');
    await world.settle();
    expect(ben.get('a').status).toBe('not-started');
    expect(ben.device.others).toMatchObject([{ units: 1, from: START }]);
    expect(ben.device.export(ben.device.others[0]!)).toMatchObject([
      { kind: 'completed', contentId: 'a' },
    ]);
    expect([(await world.log('ada')).length, (await world.log('ben')).length]).toEqual([0, 1]);
    ben.stop();

    const again = await open('ada');
    expect([again.pending, again.get('a').status, again.get('b').status]).toEqual([
      0,
      'completed',
      'not-started',
    ]);
    expect(await world.log('ada')).toHaveLength(1);
  });

  test('keeps no rows of who left', async () => {
    const ada = await open('ada');
    await ada.complete('a');
    await world.settle();
    expect((await browser.storage.rows(userKey('ada'))).changes.length).toBeGreaterThan(0);
    ada.stop();
    await open(null);
    expect(await browser.storage.rows(userKey('ada'))).toEqual({ changes: [], cursor: null });
  });

  test('forgets what its learner does not want to keep', async () => {
    const ada = await open('ada');
    world.network.always = 'cut before the server';
    await ada.complete('a');
    await ada.device.discardOwn();
    expect([ada.pending, ada.get('a').status]).toEqual([0, 'not-started']);
    expect(await browser.storage.waiting()).toEqual([]);
  });
});

test('a page whose learner has left pushes nobody aside, and keeps what is done there', async () => {
  const ada = await open('ada');
  const ben = await open('ben');
  expect(await browser.storage.present()).toBe(userKey('ben'));
  // Her session is over, and her empty outbox was cleared away with her.
  await ada.complete('a');
  await world.settle();
  expect(await browser.storage.present()).toBe(userKey('ben'));
  expect([ada.pending, ben.get('a').status]).toEqual([1, 'not-started']);
  expect((await browser.storage.waiting()).map(({ learner }) => learner)).toEqual([userKey('ada')]);
});

describe('tabs', () => {
  test('agree at once, before any answer', async () => {
    const [one, other] = [await open('ada'), await open('ada')];
    world.network.always = 'cut before the server';
    await one.complete('a');
    await world.settle();
    expect([other.get('a').status, other.pending]).toEqual(['completed', 1]);
    await other.reopen('a');
    await world.settle();
    expect([one.get('a').status, one.pending]).toEqual(['in-progress', 2]);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([one.pending, other.pending]).toEqual([0, 0]);
    expect(await world.log('ada')).toHaveLength(2);
  });

  test('send what another left behind, once', async () => {
    const [one, other] = [await open('ada'), await open('ada')];
    one.stop();
    await one.complete('a');
    await world.settle();
    expect(world.network.arrived.filter(({ operations }) => operations.length > 0)).toEqual([]);
    world.tell('visible');
    await world.settle();
    expect(await world.log('ada')).toHaveLength(1);
    expect([other.pending, other.get('a').status]).toEqual([0, 'completed']);
  });

  test('show each other what came from the server', async () => {
    const [one, other] = [await open('ada'), await open('ada')];
    const elsewhere = await world.visit('a');
    await elsewhere.complete('b');
    await world.settle();
    one.stop();
    await world.clock.advance(MINUTE);
    expect(other.get('b').status).toBe('completed');
  });

  test('that share no storage miss nothing that only one of them has', async () => {
    const tab = async () => {
      const page = await world.visit('a', { browser: alone });
      await world.settle();
      return page;
    };
    const alone = createBrowser(randomUUID);
    const one = await tab();
    const elsewhere = await world.visit('a');
    await elsewhere.complete('a');
    await world.settle();
    const other = await tab();
    await other.complete('b');
    await world.settle();
    await world.clock.advance(MINUTE);
    expect([one.get('a').status, one.get('b').status]).toEqual(['completed', 'completed']);
  });

  test('are told when somebody signs in or out in one of them', async () => {
    const ada = await open('ada');
    expect(ada.replaced).toBe(false);
    await open('ben');
    expect(ada.replaced).toBe(true);
  });

  test('that slept when somebody came see it when they wake', async () => {
    const guest = await open(null);
    await browser.storage.enter('ada');
    expect(guest.replaced).toBe(false);
    world.tell('awake');
    await world.settle();
    expect(guest.replaced).toBe(true);
  });
});

test('what was erased on the server is gone from the device too', async () => {
  const ada = await open('ada');
  await ada.complete('a');
  await world.settle();
  await world.server.erase('ada');
  world.tell('visible');
  await world.settle();
  expect([ada.get('a').status, ada.isEmpty]).toEqual(['not-started', true]);
  expect((await browser.storage.rows(userKey('ada'))).changes).toEqual([]);
});

test('a second device sees a mark within a minute, while it is looked at', async () => {
  const phone = await open('ada');
  const laptop = await world.visit('a');
  await laptop.complete('a');
  await world.settle();
  expect(phone.get('a').status).toBe('not-started');
  await world.clock.advance(MINUTE);
  expect(phone.get('a').status).toBe('completed');
});

describe('a copy that is read offline', () => {
  /** The page as the device keeps it: made for nobody. */
  const copy = async (contentId: string) => {
    world.session = null;
    return { ...(await world.load(contentId)), copy: true };
  };

  test('is nobody’s once the learner signs out, though the network went before the next page', async () => {
    const ada = await open('ada');
    await ada.complete('a');
    await world.settle();
    await ada.device.forget();
    // The page is there for a moment still.
    await ada.spend('a', 1_000);
    await world.settle();

    const next = await world.visit('a', { browser, loaded: await copy('a') });
    await world.settle();
    expect([next.user, next.get('a').status]).toEqual([null, 'not-started']);
    expect(await browser.storage.rows('user ada')).toEqual({ changes: [], cursor: null });
  });

  test('is the learner’s again once they have signed in again on the page from which they were forgotten', async () => {
    const ada = await open('ada');
    await ada.complete('a');
    await world.settle();
    world.session = null;
    await ada.complete('b');
    await world.settle();
    expect(ada.sync).toBe('signed-out');
    await ada.device.forget();
    expect(await browser.storage.present()).not.toBe('user ada');
    world.session = 'ada';
    ada.hydrate(await world.load('a'));
    await world.settle();
    expect([ada.sync, await browser.storage.present()]).toEqual(['saved', 'user ada']);

    ada.stop();
    world.network.always = 'cut before the server';
    const offline = await world.visit('a', { browser, loaded: await copy('a') });
    await world.settle();
    expect([offline.user, offline.get('b').status]).toEqual(['ada', 'completed']);
  });

  test('shows what its device knows of who used it last, and takes marks', async () => {
    const online = await open('ada');
    await online.complete('a');
    await world.settle();
    online.stop();
    const loaded = await copy('a');
    world.network.always = 'cut before the server';
    const offline = await world.visit('a', { browser, loaded });
    expect([offline.known, offline.user]).toEqual([false, null]);
    await world.settle();
    expect([offline.known, offline.user]).toEqual([true, 'ada']);
    expect(offline.get('a').status).toBe('completed');
    await offline.complete('b');
    offline.hydrate(await copy('d'));
    await offline.complete('d');
    await world.settle();
    const whole = openOutline({ version: 'all', content });
    expect(overviewOf(whole, offline.bookOf(whole), offline.user)).toMatchObject({
      user: 'ada',
      overall: { completed: 3, total: 4 },
    });
    world.session = 'ada';
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([offline.pending, (await world.log('ada')).length]).toEqual([0, 3]);
  });

  test('and then with its learner’s own data goes on with the same marks', async () => {
    const online = await open('ada');
    online.stop();
    const loaded = await copy('a');
    world.network.always = 'cut before the server';
    const page = await world.visit('a', { browser, loaded });
    await world.settle();
    await page.complete('a');
    world.session = 'ada';
    page.hydrate(await world.load('a'));
    expect([page.pending, page.sync, page.get('a').status]).toEqual([1, 'offline', 'completed']);
    world.network.always = null;
    await world.clock.advance(6 * MINUTE);
    expect([page.pending, (await world.log('ada')).length]).toEqual([0, 1]);
  });

  test('of a guest is the guest’s', async () => {
    const guest = await open(null);
    await guest.complete('a');
    guest.stop();
    const offline = await world.visit('a', { browser, loaded: await copy('a') });
    await world.settle();
    expect([offline.user, offline.get('a').status]).toEqual([null, 'completed']);
  });
});
