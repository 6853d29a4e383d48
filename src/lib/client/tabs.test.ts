import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClock } from './clock.testing.ts';
import { memoryStorage } from './memory-storage.ts';
import { browserTabs } from './tabs.ts';

const clock = createClock(0, () => new Promise((resolve) => setTimeout(resolve, 5)));
const newId = () => crypto.randomUUID();

/** A tab of this browser: Node has the same Web Locks. */
function openTab() {
  const storage = memoryStorage(newId);
  return browserTabs(() => Promise.resolve(storage), { ...clock, newId });
}

/** Takes a turn; says when it has begun, and ends it when it is told to. */
function takeTurn(name: string) {
  const { promise: end, resolve, reject: fail } = Promise.withResolvers<undefined>();
  const turn = { begun: false, finish: () => resolve(undefined), fail, done: Promise.resolve() };
  turn.done = openTab().alone(name, () => {
    turn.begun = true;
    return end;
  });
  return turn;
}

test('where nothing locks, a disk without room for a lease holds nobody up', async () => {
  vi.stubGlobal('navigator', {});
  onTestFinished(() => void vi.unstubAllGlobals());
  let refused = 0;
  const lease = () => Promise.reject(new Error(`The disk is full: ${++refused}.`));
  const storage = { ...memoryStorage(newId), lease };
  const work = vi.fn(() => Promise.resolve());
  await browserTabs(() => Promise.resolve(storage), { ...clock, newId }).alone('e', work);
  expect([refused, work.mock.calls.length]).toEqual([2, 1]);
});

describe('turns of several tabs', () => {
  test('follow on one another', async () => {
    const first = takeTurn('a');
    const second = takeTurn('a');
    await clock.advance(1000);
    expect([first.begun, second.begun]).toEqual([true, false]);
    first.finish();
    await clock.advance(0);
    expect(second.begun).toBe(true);
    second.finish();
    await Promise.all([first.done, second.done]);
  });

  test('are kept waiting once by a tab that is frozen in the middle of its own, not each time', async () => {
    const frozen = takeTurn('b');
    const next = takeTurn('b');
    await clock.advance(20_000);
    expect(next.begun).toBe(true);
    next.finish();
    await next.done;
    const later = takeTurn('b');
    await clock.advance(0);
    expect(later.begun).toBe(true);
    later.finish();
    await later.done;

    // It wakes, and ends as it would have.
    frozen.finish();
    await frozen.done;
  });

  test('that fail say so, whoever has the lock by then', async () => {
    const held = takeTurn('c');
    const taken = takeTurn('d');
    const taking = takeTurn('d');
    await clock.advance(20_000);
    expect(taking.begun).toBe(true);
    for (const { fail, done } of [held, taken]) {
      fail(new Error('The disk is full.'));
      await expect(done).rejects.toThrow('The disk is full.');
    }
    taking.finish();
    await taking.done;
  });
});
