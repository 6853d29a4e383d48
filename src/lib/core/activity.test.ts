import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activityOf, isTimeZone, streakOf, workIn } from './activity.ts';
import { createBook } from './book.ts';
import { absorb, UNTOUCHED } from './item-state.ts';
import type { Stamped } from './operation.ts';

const DAY = 86_400_000;
const TODAY = 20_593;

/** Days as a picture, the last of them today: `x` learnt, `.` not. */
const drawn = (picture: string) =>
  new Set(
    Array.from(picture).flatMap((day, index) =>
      day === 'x' ? TODAY - (picture.length - 1 - index) : [],
    ),
  );

const at = (iso: string, contentId = 'knots') => ({ contentId, time: Date.parse(iso) });

describe('a streak', () => {
  test.each([
    ['', 0, 'nothing was ever done'],
    ['x', 1, 'it begins today'],
    ['xxx', 3, 'each day counts'],
    ['xxx.', 3, 'today is not over'],
    ['xxx..', 3, 'yesterday was the day off'],
    ['xxx.x', 4, 'a day off goes by, uncounted'],
    ['xxx...', 0, 'two days off have passed'],
    ['xxx..x', 1, 'it begins anew after two days off'],
    ['xx.xxxxxx.xx', 10, 'a day off each week, seven days apart'],
    ['xx.xxxxx.xx', 7, 'two days off within seven end it at the earlier'],
    ['xxxxxx.xx.', 8, 'an old day off and today still open'],
    ['xxxxxx.xx..', 2, 'yesterday was a second day off within a week'],
    ['x.xxxxxx.xxxxxx.xxxxxx.', 19, 'for weeks, every week'],
  ])('of %j is %i days: %s', (picture, length) => {
    expect(streakOf(drawn(picture), TODAY)).toBe(length);
  });

  /** The rule word by word: of all stretches that keep it, the one with the most days. */
  const byTheBook = (days: ReadonlySet<number>, missesAllowed = 1): number => {
    for (let length = 60; length > 0; length--) {
      const missed = Array.from({ length }, (_, ago) => !days.has(TODAY - ago));
      missed[0] = false;
      const tooMany = missed.some((_, start) => {
        const week = missed.slice(start, start + 7);
        return week.filter(Boolean).length > missesAllowed;
      });
      if (!tooMany) return missed.filter((_, ago) => days.has(TODAY - ago)).length;
    }
    return 0;
  };
  const histories = fc
    .uniqueArray(fc.nat({ max: 50 }), { minLength: 10 })
    .map((ago) => new Set(ago.map((each) => TODAY - each)));

  test('is the longest stretch in which any seven days hold at most one missed', () => {
    fc.assert(
      fc.property(histories, (days) => {
        expect(streakOf(days, TODAY)).toBe(byTheBook(days));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['forgives nothing', 0],
    ['forgives two days a week', 2],
  ])('is told apart from one that %s', (_, missesAllowed) => {
    const agrees = fc.property(
      histories,
      (days) => streakOf(days, TODAY) === byTheBook(days, missesAllowed),
    );
    expect(fc.check(agrees, { numRuns: 500 }).failed).toBe(true);
  });

  test('never gets shorter by what was done', () => {
    fc.assert(
      fc.property(histories, fc.nat({ max: 50 }), (days, more) => {
        const after = streakOf(new Set([...days, TODAY - more]), TODAY);
        expect(after).toBeGreaterThanOrEqual(streakOf(days, TODAY));
      }),
    );
  });
});

describe('activity', () => {
  test('counts by the calendar where the learner is, not by that of the server', () => {
    const work = [at('2026-05-19T22:30:00Z'), at('2026-05-20T21:59:59Z')];
    const now = Date.parse('2026-05-20T22:30:00Z');
    expect(activityOf(work, { now, timeZone: 'Europe/Berlin' })).toEqual({
      today: '2026-05-21',
      streak: 1,
      days: [{ date: '2026-05-20', units: 1 }],
    });
    expect(activityOf(work, { now, timeZone: 'UTC' }).days.map(({ date }) => date)).toEqual([
      '2026-05-19',
      '2026-05-20',
    ]);
    expect(activityOf(work, { now, timeZone: 'Pacific/Kiritimati' }).today).toBe('2026-05-21');
    expect(activityOf(work, { now, timeZone: 'Pacific/Pago_Pago' }).today).toBe('2026-05-20');
  });

  test('knows days of 23 and 25 hours, and offsets of quarters', () => {
    const berlin = { now: Date.parse('2026-10-26T12:00:00Z'), timeZone: 'Europe/Berlin' };
    const spring = [at('2026-03-28T22:59:59Z'), at('2026-03-28T23:00:00Z')];
    const lastOfShortDay = [at('2026-03-29T21:59:59Z'), at('2026-03-29T22:00:00Z')];
    const autumn = [at('2026-10-24T21:59:59Z'), at('2026-10-24T22:00:00Z')];
    const lastOfLongDay = [at('2026-10-25T22:59:59Z'), at('2026-10-25T23:00:00Z')];
    const dates = (work: typeof spring) =>
      activityOf(work, berlin).days.map(({ date }) => date.slice(5));
    expect(dates(spring)).toEqual(['03-28', '03-29']);
    expect(dates(lastOfShortDay)).toEqual(['03-29', '03-30']);
    expect(dates(autumn)).toEqual(['10-24', '10-25']);
    expect(dates(lastOfLongDay)).toEqual(['10-25', '10-26']);
    const nepal = { ...berlin, timeZone: 'Asia/Kathmandu' };
    const midnight = [at('2026-05-01T18:14:59Z'), at('2026-05-01T18:15:00Z')];
    expect(activityOf(midnight, nepal).days).toHaveLength(2);
  });

  test('counts a unit once a day, in whatever order things are told', () => {
    const work = [
      at('2026-05-20T10:00:00Z', 'rope'),
      at('2026-05-19T10:00:00Z', 'rope'),
      at('2026-05-20T11:00:00Z', 'rope'),
      at('2026-05-20T12:00:00Z', 'reef'),
    ];
    const now = Date.parse('2026-05-20T13:00:00Z');
    expect(activityOf(work, { now, timeZone: 'UTC' })).toEqual({
      today: '2026-05-20',
      streak: 2,
      days: [
        { date: '2026-05-19', units: 1 },
        { date: '2026-05-20', units: 2 },
      ],
    });
  });

  test('gives each moment the date that Intl gives it, in any zone', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const times = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(zones, times, fc.nat({ max: 2 * DAY }), (timeZone, now, later) => {
        // Swedes write dates like this.
        const plain = new Intl.DateTimeFormat('sv-SE', { timeZone });
        const work = [now, now + later].map((time) => ({ contentId: 'a', time }));
        const { today, days } = activityOf(work, { now, timeZone });
        expect(today).toBe(plain.format(now));
        expect(days.at(-1)?.date).toBe(plain.format(now + later));
      }),
      { numRuns: 300 },
    );
  });

  test('is seen in item states: completions of all devices and attempts, as long as they are there', () => {
    const operation = { contentId: 'knot', epoch: 0 };
    const operations: Stamped[] = [
      { ...operation, device: 'a', seq: 1, time: 1, kind: 'completed', by: 'button', version: 1 },
      { ...operation, device: 'b', seq: 1, time: 2, kind: 'completed', by: 'button', version: 1 },
      {
        ...operation,
        device: 'a',
        seq: 2,
        time: 3,
        kind: 'attempted',
        attempt: 'x',
        version: 1,
        judgement: { score: 10, passed: false },
      },
      { ...operation, device: 'a', seq: 3, time: 4, kind: 'opened' },
    ];
    const state = operations.reduce(absorb, UNTOUCHED);
    const work = workIn(createBook([['knot', state]]));
    expect(work).toEqual([1, 2, 3].map((time) => ({ contentId: 'knot', time })));
  });
});

test.each([
  ['Europe/Berlin', true],
  ['America/Argentina/Buenos_Aires', true],
  ['UTC', true],
  ['+02:00', false],
  ['Mars/Olympus', false],
  ['', false],
])('whether %j is a time zone: %s', (name, isOne) => {
  expect(isTimeZone(name)).toBe(isOne);
});

test('an unknown time zone throws', () => {
  expect(() => activityOf([], { now: 0, timeZone: 'Mars/Olympus' })).toThrow(RangeError);
});
