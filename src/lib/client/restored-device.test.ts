import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import { userKey } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Outbox } from './outbox.ts';
import { hearUnheard } from './unheard.testing.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson, START } from './world.testing.ts';

const MINUTE = 60_000;

let world: World;

beforeEach(async () => {
  world = await createWorld(course(lesson('a'), lesson('b'), lesson('c')));
});

describe('a device that was restored from a copy', () => {
  /** Names the first device so, and everything else otherwise. */
  const copied = () => {
    const names = ['device-copied'];
    return () => names.pop() ?? randomUUID();
  };

  /** A browser as it was found: with an outbox that somebody else has gone on with. */
  const found = async (...acts: string[]): Promise<FakeBrowser> => {
    const storage = memoryStorage(copied());
    const outbox = await storage.outbox(userKey('ada'));
    await outbox.add(
      acts.map((contentId) => ({
        kind: 'completed',
        by: 'button',
        contentId,
        epoch: 0,
        at: START,
      })),
    );
    const restored = { ...outbox, restored: true };
    return createBrowser(randomUUID, { ...storage, outbox: async () => restored });
  };

  test('takes another name before it sends, if the original has gone on', async () => {
    const original = await world.visit('a', { newId: copied() });
    await original.complete('a');
    await original.complete('b');
    await world.settle();
    world.network.arrived.length = 0;

    const copy = await world.visit('a', { browser: await found('c') });
    await world.settle();
    const [asked, sent] = world.network.arrived;
    expect(asked).toMatchObject({ device: 'device-copied', operations: [] });
    expect(sent!.device).not.toBe('device-copied');
    expect(sent!.operations).toMatchObject([{ seq: 1, contentId: 'c' }]);
    expect([copy.pending, copy.attention, await world.completed()]).toEqual([0, [], 3]);
  });

  test('takes another name also when it has caught up with the original before it asks', async () => {
    const original = await world.visit('a', { newId: copied() });
    await original.complete('a');
    await world.settle();
    world.network.always = 'cut before the server';
    const copy = await world.visit('a', { browser: await found() });
    await copy.complete('b');
    await world.settle();
    expect(world.network.happened.length).toBeGreaterThan(0);
    world.network.always = null;
    await world.clock.advance(10 * MINUTE);
    expect([copy.pending, copy.attention, await world.completed()]).toEqual([0, [], 2]);
  });

  describe('on a full disk', () => {
    const room = { isThere: false, refused: 0 };
    let unheard: unknown[];
    let listenNoMore: () => void;
    beforeEach(() => {
      Object.assign(room, { isThere: false, refused: 0 });
      unheard = [];
      listenNoMore = hearUnheard((failure) => unheard.push(failure));
    });
    afterEach(() => listenNoMore());

    /** The same browser, which finds no room for another name. */
    const withoutRoom = ({ storage }: FakeBrowser): FakeBrowser =>
      createBrowser(randomUUID, {
        ...storage,
        outbox: async (learner) => {
          const outbox = await storage.outbox(learner);
          const renew: Outbox['renew'] = (renewal) => {
            if (room.isThere) return outbox.renew(renewal);
            room.refused++;
            return Promise.reject(new DOMException('No room.', 'QuotaExceededError'));
          };
          return { ...outbox, renew };
        },
      });

    test('sends nothing under the old name, and all of it once there is room', async () => {
      const original = await world.visit('a', { newId: copied() });
      await original.complete('a');
      await original.complete('b');
      await world.settle();
      const copy = await world.visit('a', { browser: withoutRoom(await found('c')) });
      await world.clock.advance(20 * MINUTE);
      expect([room.refused > 1, copy.pending, await world.completed()]).toEqual([true, 1, 2]);
      expect(unheard).toHaveLength(room.refused);
      room.isThere = true;
      await world.clock.advance(20 * MINUTE);
      expect([copy.pending, copy.attention, await world.completed()]).toEqual([0, [], 3]);
    });

    test('nothing more either if the original goes on only now', async () => {
      const copy = await world.visit('a', { browser: withoutRoom(await found()) });
      await world.settle();
      const original = await world.visit('a', { newId: copied() });
      await original.complete('a');
      await original.complete('b');
      await world.settle();
      await world.clock.advance(MINUTE);
      expect(room.refused).toBeGreaterThan(0);
      await copy.complete('c');
      await world.settle();
      expect([copy.pending, copy.attention, await world.completed()]).toEqual([1, [], 2]);
      room.isThere = true;
      await world.clock.advance(20 * MINUTE);
      expect([copy.pending, copy.attention, await world.completed()]).toEqual([0, [], 3]);
    });
  });

  test('keeps its name if the server knows nothing newer of it', async () => {
    const copy = await world.visit('a', { browser: await found('a', 'b') });
    await world.settle();
    expect(world.network.arrived).toMatchObject([
      { device: 'device-copied', operations: [] },
      { device: 'device-copied', operations: [{ seq: 1 }, { seq: 2 }] },
    ]);
    expect(copy.pending).toBe(0);
  });
});
