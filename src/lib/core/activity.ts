import type { Book } from './book.ts';

/** What makes its day count: a unit that was completed or an exercise that was attempted. */
export interface Work {
  contentId: string;
  /** When it was done, in milliseconds since 1970. */
  time: number;
}

/** A day on which a learner did something. */
export interface ActiveDay {
  /** As in `2026-05-02`, by the learner's own calendar. */
  date: string;
  /** How many units were completed or attempted; each counts once a day. */
  units: number;
}

/** On which days a learner learnt. */
export interface Activity {
  /** The day that it is for the learner. */
  today: string;
  /** How many days of learning the streak holds that goes on today; see `streakOf`. */
  streak: number;
  /** All days that count, earliest first. */
  days: ActiveDay[];
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Sorts work into the days of a learner's own calendar, whatever is undone later: what was done on a
 * day was done.
 *
 * @throws RangeError for a time zone that is none; see `isTimeZone`.
 */
export function activityOf(
  work: readonly Work[],
  { now, timeZone }: { now: number; timeZone: string },
): Activity {
  const dateOf = calendarIn(timeZone);
  const unitsOn = new Map<string, Set<string>>();
  for (const { contentId, time } of work) {
    const date = dateOf(time);
    const units = unitsOn.get(date);
    if (units) units.add(contentId);
    else unitsOn.set(date, new Set([contentId]));
  }
  const today = dateOf(now);
  return {
    today,
    streak: streakOf(unitsOn.keys(), today),
    days: [...unitsOn]
      .map(([date, units]) => ({ date, units: units.size }))
      .sort((a, b) => (a.date < b.date ? -1 : 1)),
  };
}

/**
 * Counts the days of learning in the longest stretch up to today of which any seven days in a row
 * hold at most one missed day. A day is missed once it is over: today never is.
 *
 * So one day off a week goes by, two days off within seven end the streak at the earlier of them,
 * and what was learnt since then is the streak that goes on.
 */
export function streakOf(dates: Iterable<string>, today: string): number {
  const active = new Set([...dates].map(numberOf));
  let day = numberOf(today);
  let streak = active.has(day) ? 1 : 0;
  for (let missed = Infinity; ;) {
    day -= 1;
    if (active.has(day)) streak += 1;
    else if (missed - day < 7) return streak;
    else missed = day;
  }
}

/** The work that is to be seen in a learner's item states: all but what a restart has taken away. */
export function workIn({ states }: Book): Work[] {
  return [...states].flatMap(([contentId, { done, attempts }]) =>
    [...Object.values(done).flat(), ...Object.values(attempts)].map(({ time }) => ({
      contentId,
      time,
    })),
  );
}

/** Says whether a name is an IANA time zone that is known here, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  // Intl would also take an offset, which does not know of summer time.
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** No offset of a time zone has been anything but a multiple of it since 1972. */
const QUARTER_HOUR = DAY / 96;

/** Answers the date that it is somewhere at a time. */
function calendarIn(timeZone: string): (time: number) => string {
  // Of all formats the one that every browser has; taking it apart is cheaper than `formatToParts`.
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  // Formatting is what takes time, and much of what learners do is done within minutes.
  const known = new Map<number, string>();
  return (time) => {
    const quarter = Math.floor(time / QUARTER_HOUR);
    const before = known.get(quarter);
    if (before !== undefined) return before;
    const [month, day, year] = format.format(time).split('/');
    const date = `${year}-${month}-${day}`;
    known.set(quarter, date);
    return date;
  };
}

/** Days since 1970 of a date, which no summer time makes longer or shorter. */
function numberOf(date: string): number {
  return Date.parse(date) / DAY;
}
