import { expect, test } from 'vitest';
import { monthsOf, weeksUntil } from './weeks.ts';

const days = [
  { date: '2026-04-27', units: 2 },
  { date: '2026-05-06', units: 1 },
];

test('weeks begin on Monday and end with the one in which today is', () => {
  // A Wednesday.
  const weeks = weeksUntil({ today: '2026-05-06', days }, 2);
  expect(weeks.map((week) => week.map((day) => day && day.date.slice(5)))).toEqual([
    ['04-27', '04-28', '04-29', '04-30', '05-01', '05-02', '05-03'],
    ['05-04', '05-05', '05-06', null, null, null, null],
  ]);
  expect(weeks[0]![0]).toEqual({ date: '2026-04-27', units: 2, isToday: false });
  expect(weeks[1]![2]).toEqual({ date: '2026-05-06', units: 1, isToday: true });
});

test.each([
  ['2026-05-03', '2026-04-27'],
  ['2026-05-04', '2026-05-04'],
])('the week of %s begins on %s', (today, monday) => {
  expect(weeksUntil({ today, days: [] }, 1)[0]![0]!.date).toBe(monday);
});

test('months head the weeks that begin in them', () => {
  const weeks = weeksUntil({ today: '2026-05-06', days: [] }, 3);
  expect(monthsOf(weeks)).toEqual([
    { date: '2026-04-20', weeks: 2 },
    { date: '2026-05-04', weeks: 1 },
  ]);
});
