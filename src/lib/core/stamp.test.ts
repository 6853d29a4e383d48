import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { absorb, isCompleted, UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import type { Act, Stamped } from './operation.ts';
import type { Clocks } from './stamp.ts';
import { effectiveTime, OLDEST, stamp } from './stamp.ts';
import { DEVICES, happening, happenings, play, START } from './world.testing.ts';

const DAY = 24 * 60 * 60 * 1000;

const item = createCatalogue([
  { id: 'knots', type: 'exercise', title: 'Knots', passingScore: 60, version: 4 },
]).units[0]!;

describe('effective time', () => {
  const skews = fc.integer({ min: -500 * DAY, max: 500 * DAY });

  law(
    "is the true time of an operation, however wrong its device's clock is",
    {
      holds: effectiveTime,
      fails: { "the device's clock believed": (at) => at },
    },
    (timeOf: typeof effectiveTime) =>
      fc.property(fc.nat(OLDEST), skews, (ago, skew) => {
        const clocks = { server: START, device: START + skew, last: null };
        expect(timeOf(START - ago + skew, clocks)).toBe(START - ago);
      }),
  );

  law(
    "lies within the last 400 days and never before the device's last operation",
    {
      holds: effectiveTime,
      fails: {
        'no limit': (at, { server, device }) => at + server - device,
        'the last operation forgotten': (at, clocks) =>
          effectiveTime(at, { ...clocks, last: null }),
        'no upper limit': (at, { server, device, last }) =>
          Math.max(at + server - device, server - OLDEST, last ?? 0),
      },
    },
    (timeOf: typeof effectiveTime) =>
      fc.property(fc.array(fc.tuple(skews, fc.nat(DAY)), { minLength: 2 }), (steps) => {
        let clocks: Clocks = { server: START, device: START, last: null };
        for (const [skew, wait] of steps) {
          const server = clocks.server + wait;
          const time = timeOf(server + skew, { ...clocks, server });
          expect(time).toBeGreaterThanOrEqual(server - OLDEST);
          expect(time).toBeGreaterThanOrEqual(clocks.last ?? 0);
          expect(time).toBeLessThanOrEqual(server);
          clocks = { server, device: server + skew, last: time };
        }
      }),
  );

  test('is at most 400 days ago', () => {
    const clocks = { server: START, device: START, last: null };
    expect(effectiveTime(START - 1000 * DAY, clocks)).toBe(START - 400 * DAY);
  });

  test("stays monotone even when the server's own clock is put back", () => {
    expect(effectiveTime(START, { server: START - DAY, device: START, last: START })).toBe(START);
  });
});

describe('clocks', () => {
  const skewed = fc.record({
    story: happenings,
    skews: fc.array(fc.integer({ min: -10 * DAY, max: 10 * DAY }), {
      minLength: 40,
      maxLength: 40,
    }),
  });

  law(
    'that are wrong by ten days, and jump, change no status',
    {
      holds: (history) => isCompleted(history.reduce(absorb, UNTOUCHED)),
      fails: {
        'the last word by the clock': (history: readonly Stamped[]) => {
          const words = history.filter(({ kind }) => kind === 'completed' || kind === 'reopened');
          words.sort((a, b) => a.time - b.time);
          return words.at(-1)?.kind === 'completed';
        },
      },
    },
    (isDone: (history: readonly Stamped[]) => boolean) =>
      fc.property(skewed, ({ story, skews }) => {
        const wrong = story.map((each, i) => ({ ...each, skew: skews[i]! }));
        expect(isDone(play(wrong, [item]))).toBe(isDone(play(story, [item])));
      }),
  );

  test('of one device never run back in its history', () => {
    const jumpy = fc.array(
      happening.chain((each) =>
        fc.integer({ min: -10 * DAY, max: 10 * DAY }).map((skew) => ({ ...each, skew })),
      ),
    );
    fc.assert(
      fc.property(jumpy, (story) => {
        const history = play(story, [item]);
        for (const device of DEVICES) {
          const times = history.filter((each) => each.device === device).map(({ time }) => time);
          expectSame(
            times,
            times.toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('stamping', () => {
  const origin = { device: 'laptop-one', seq: 3, contentId: 'knots', at: 5 };
  const stamped = { device: 'laptop-one', seq: 3, contentId: 'knots', time: 9, epoch: 2 };
  const done = { 'laptop-one': [{ seq: 1, time: 1, by: 'button' as const, version: 1 }] };
  const context = { item, state: { ...UNTOUCHED, epoch: 2, done }, time: 9 };

  test.each<[string, Act, object]>([
    ['the epoch that the server has', { kind: 'opened' }, { kind: 'opened' }],
    ['and nothing else to a restart', { kind: 'restarted' }, { kind: 'restarted' }],
    [
      "the item's version to a completion",
      { kind: 'completed', by: 'api' },
      { kind: 'completed', by: 'api', version: 4 },
    ],
    [
      'the completions that the server has to a reopening',
      { kind: 'reopened' },
      { kind: 'reopened', seen: { 'laptop-one': 1 } },
    ],
    [
      "a judgement by the item's passing score to an attempt",
      { kind: 'attempted', attempt: 'a', score: 60 },
      { kind: 'attempted', attempt: 'a', version: 4, judgement: { score: 60, passed: true } },
    ],
    [
      'no judgement to an attempt that nobody has graded',
      { kind: 'attempted', attempt: 'a', answers: [1] },
      { kind: 'attempted', attempt: 'a', version: 4, judgement: null },
    ],
    [
      'nothing else to an advance',
      { kind: 'advanced', percentage: 8 },
      { kind: 'advanced', percentage: 8 },
    ],
    ['nothing else to time spent', { kind: 'spent', ms: 8 }, { kind: 'spent', ms: 8 }],
    ['nothing else to saved data', { kind: 'saved', data: [8] }, { kind: 'saved', data: [8] }],
  ])('gives %s', (_, act, expected) => {
    expect(stamp({ ...origin, ...act }, context)).toEqual({ ...stamped, ...expected });
  });

  test('keeps what the device says itself', () => {
    const seen = { '12345678': 7 };
    expect(stamp({ ...origin, epoch: 1, kind: 'reopened', seen }, context)).toEqual({
      ...stamped,
      epoch: 1,
      kind: 'reopened',
      seen,
    });
    const completed = { ...origin, kind: 'completed' as const, by: 'video' as const, version: 2 };
    expect(stamp(completed, context)).toMatchObject({ version: 2 });
  });

  test("judges by the server's own grade, not by a score that was sent", () => {
    const attempted = { ...origin, kind: 'attempted' as const, attempt: 'a', score: 100 };
    expect(stamp(attempted, { ...context, graded: 59 })).toMatchObject({
      judgement: { score: 59, passed: false },
    });
  });

  test('passes from 70 and takes version 1 where the item is not known, and is a claim', () => {
    const unknown = { ...context, item: undefined };
    const attempted = (score: number) =>
      stamp({ ...origin, kind: 'attempted', attempt: 'a', score }, unknown);
    expect(attempted(69)).toMatchObject({ version: 1, judgement: { passed: false } });
    expect(attempted(70)).toMatchObject({
      ...{ version: 1, judgement: { passed: true } },
      claimed: true,
    });
  });
});

test('an operation that claims a higher epoch than the item has wipes nothing', () => {
  const forged = { device: 'laptop-one', seq: 9, contentId: 'knots', at: 9, epoch: 1e9 };
  const state = { ...UNTOUCHED, epoch: 2 };
  const stamped = stamp({ ...forged, kind: 'opened' }, { item: undefined, state, time: 9 });
  expect(stamped.epoch).toBe(2);
});
