import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createAnswers } from './answer-cache.ts';

/** Answers as text; what is made says how often something was made. */
function counting(capacity: number) {
  const answers = createAnswers(capacity);
  const make = vi.fn((value: unknown) => Promise.resolve(value));
  return {
    make,
    ask: async (key: string, value: unknown = key) =>
      new TextDecoder().decode(await answers(key, () => make(value))),
  };
}

describe('answers', () => {
  test('are made once under a key, and given as JSON', async () => {
    const { ask, make } = counting(10_000);
    expect(await ask('a', { title: 'Ärger' })).toBe('{"title":"Ärger"}');
    expect(await ask('a', 'other')).toBe('{"title":"Ärger"}');
    expect(await ask('b', 'other')).toBe('"other"');
    expect(make).toHaveBeenCalledTimes(2);
  });

  test('make room for others, those not asked for longest first', async () => {
    const { ask, make } = counting(1000);
    for (const key of ['a', 'b', 'c', 'd', 'a', 'e']) await ask(key);
    make.mockClear();
    for (const key of ['a', 'c', 'd', 'e']) await ask(key);
    expect(make).not.toHaveBeenCalled();
    await ask('b');
    expect(make).toHaveBeenCalledOnce();
  });

  test('never take more than their bytes together, whatever is asked', async () => {
    const capacity = 5000;
    const requests = fc.array(fc.tuple(fc.nat(20), fc.nat(6000)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const { ask, make } = counting(capacity);
        const sizes = new Map<string, number>();
        for (const [key, length] of asked) {
          const text = await ask(`${key}`, 'x'.repeat(length));
          sizes.set(`${key}`, text.length);
        }
        make.mockClear();
        make.mockRejectedValue(new Error('not kept'));
        let kept = 0;
        for (const [key, bytes] of sizes) {
          kept += await ask(key).then(
            () => bytes,
            () => 0,
          );
        }
        expect(kept).toBeLessThanOrEqual(capacity);
      }),
    );
  });

  test('too long to be kept are given nevertheless, and push nothing out but what came before', async () => {
    const { ask, make } = counting(1000);
    expect(await ask('long', 'x'.repeat(2000))).toHaveLength(2002);
    await ask('long', 'again');
    expect(make).toHaveBeenCalledTimes(2);
  });

  test('that are asked for twice at once are counted once', async () => {
    const { ask, make } = counting(1000);
    await Promise.all(['a', 'a', 'a', 'a', 'b', 'c'].map((key) => ask(key)));
    make.mockClear();
    for (const key of ['a', 'b', 'c']) await ask(key);
    expect(make).not.toHaveBeenCalled();
  });

  test('that fail are not kept', async () => {
    const { ask, make } = counting(1000);
    make.mockRejectedValueOnce(new Error('no database'));
    await expect(ask('a')).rejects.toThrow('no database');
    expect(await ask('a')).toBe('"a"');
  });
});
