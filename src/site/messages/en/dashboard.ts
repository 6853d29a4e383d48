import { count } from './counts.ts';
import { dates } from './dates.ts';

/** "8 minutes", "2 hours 5 minutes". */
function time(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes === 0) return 'less than a minute';
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [hours > 0 && count(hours, 'hour'), rest > 0 && count(rest, 'minute')];
  return parts.filter(Boolean).join(' ');
}

/** Writes dates of the calendar, which lie in no time zone. */
const inWords = (options: Intl.DateTimeFormatOptions) => dates({ ...options, timeZone: 'UTC' });

const shortDay = inWords({ weekday: 'short', day: 'numeric', month: 'short' });

/** What the dashboard says of figures and days; what it says of courses is with the pages. */
export const dashboard = {
  figures: {
    time: 'Time spent',
    score: 'Average score',
    days: 'Days of learning',
    percent: (score: number) => `${score}\u{a0}%`,
  },
  time,

  activity: {
    title: 'Your days',
    streak: (days: number) => count(days, 'day'),
    streakIs: 'in your streak. One day off a week is part of it.',
    noStreak: 'Whenever you learn next, a new streak begins.',
    caption: (weeks: number) => `Days of learning in the last ${weeks} weeks`,
    legend: 'A full square is a day on which you completed a unit or tried an exercise.',
    list: 'The same days as a list',
    none: 'Nothing in these weeks.',
    zone: (timeZone: string) =>
      `Days begin and end by the time of ${timeZone.replaceAll('_', ' ')}.`,
    changeZone: 'Change the time zone',
    day: (date: string, isToday: boolean) => `${isToday ? 'Today, ' : ''}${shortDay(date)}`,
    longDay: inWords({ weekday: 'long', day: 'numeric', month: 'long' }),
    month: inWords({ month: 'short' }),
    weekday: inWords({ weekday: 'short' }),
    units: (units: number) => (units === 0 ? 'nothing' : count(units, 'unit')),
  },

  certificates: 'Certificates',
  more: (number: number) => `Show ${number} more`,
  score: (score: number) => `Average score ${score}\u{a0}%`,
};
