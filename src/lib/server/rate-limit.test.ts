import { describe, expect, test } from 'vitest';
import { sqlite } from './sqlite.ts';
import { createRateLimiter } from './rate-limit.ts';
import { openSchool, SECOND, START } from './school.testing.ts';

const LIMIT = { capacity: 300, refill: 20 };

function limiter() {
  const clock = { now: START };
  return { clock, take: createRateLimiter(LIMIT, () => clock.now) };
}

describe('a learner', () => {
  test('may make 300 requests at once, and no more', () => {
    const { take } = limiter();
    const waits = Array.from({ length: 301 }, () => take('ann'));
    expect(waits.slice(0, 300)).toEqual(Array(300).fill(0));
    expect(waits[300]).toBe(0.05);
  });

  test('gets 20 back each second, and never more than 300', () => {
    const { clock, take } = limiter();
    const passing = () => {
      let passed = 0;
      while (take('ann') === 0) passed++;
      return passed;
    };
    expect(passing()).toBe(300);
    clock.now += SECOND;
    expect(passing()).toBe(20);
    clock.now += 2.5 * SECOND;
    expect(passing()).toBe(50);
    clock.now += 24 * 60 * 60 * SECOND;
    expect(passing()).toBe(300);
  });

  test('who waits as long as was said gets through, and sooner does not', () => {
    const { clock, take } = limiter();
    for (let i = 0; i < 300; i++) take('ann');
    const wait = take('ann') * SECOND;
    clock.now += wait - 1;
    expect(take('ann')).toBeGreaterThan(0);
    clock.now += 1;
    expect(take('ann')).toBe(0);
  });

  test('is not held up by another', () => {
    const { take } = limiter();
    for (let i = 0; i < 400; i++) take('ann');
    expect(take('bob')).toBe(0);
  });

  test('is not shut out when the clock is put back', () => {
    const { clock, take } = limiter();
    for (let i = 0; i < 301; i++) take('ann');
    clock.now -= 60 * 60 * SECOND;
    expect(take('ann')).toBeLessThanOrEqual(0.05);
    clock.now += SECOND;
    expect(take('ann')).toBe(0);
  });

  test('who has rested is forgotten: memory holds those of the last seconds', () => {
    const { clock, take } = limiter();
    const { set } = Map.prototype;
    let largest = 0;
    // The limiter keeps its map to itself, so it is watched as it grows.
    Map.prototype.set = function (key: unknown, value: unknown) {
      if (String(key).startsWith('guest')) largest = Math.max(largest, this.size);
      return set.call(this, key, value);
    };
    try {
      for (let i = 0; i < 20_000; i++) {
        clock.now += 10;
        take(`guest-${i}`);
      }
    } finally {
      Map.prototype.set = set;
    }
    expect(largest).toBeGreaterThan(100);
    expect(largest).toBeLessThan(5000);
  });
});

describe('the API', () => {
  const rope = { contentId: 'rope', contentType: 'lesson', status: 'in-progress' };

  async function hurried() {
    const { as, enrol, clock, dump } = await openSchool(sqlite(':memory:'));
    await enrol('ann', 'bob');
    return { ann: as('ann'), bob: as('bob'), clock, dump };
  }

  test('refuses the 301st write with when to come back, and changes nothing', async () => {
    const { ann, clock, dump } = await hurried();
    for (let i = 0; i < 300; i++) expect((await ann.update(rope)).status).toBe(200);
    const before = await dump();
    const refused = await ann.update({ ...rope, status: 'completed' });
    expect([refused.status, refused.problem.code]).toEqual([429, 'rate_limited']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await ann.sync({})).status).toBe(429);
    expect(await dump()).toBe(before);
    clock.now += Number(refused.headers.get('retry-after')) * SECOND;
    expect((await ann.update(rope)).status).toBe(200);
  });

  test('counts reads and writes apart, and each learner', async () => {
    const { ann, bob } = await hurried();
    for (let i = 0; i < 301; i++) await ann.list();
    expect((await ann.content({ contentId: 'rope' })).status).toBe(429);
    expect((await ann.update(rope)).status).toBe(200);
    expect((await bob.list()).status).toBe(200);
  });

  test('counts refused requests too, so that nobody can try for ever', async () => {
    const { ann } = await hurried();
    for (let i = 0; i < 300; i++) expect((await ann.list({ userId: 'bob' })).status).toBe(403);
    expect((await ann.list({ userId: 'bob' })).status).toBe(429);
  });
});
