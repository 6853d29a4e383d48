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
  const dayOf = calendarIn(timeZone);
  const unitsOn = new Map<number, Set<string>>();
  for (const { contentId, time } of work) {
    const day = dayOf(time);
    const units = unitsOn.get(day);
    if (units) units.add(contentId);
    else unitsOn.set(day, new Set([contentId]));
  }
  const today = dayOf(now);
  return {
    today: dateOf(today),
    streak: streakOf(unitsOn, today),
    days: [...unitsOn]
      .sort(([a], [b]) => a - b)
      .map(([day, units]) => ({ date: dateOf(day), units: units.size })),
  };
}

/**
 * Counts the days of learning in the longest stretch up to today of which any seven days in a row
 * hold at most one missed day. A day is missed once it is over: today never is.
 *
 * So one day off a week goes by, two days off within seven end the streak at the earlier of them,
 * and what was learnt since then is the streak that goes on. Days are numbers that rise by one.
 */
export function streakOf(learnt: { has(day: number): boolean }, today: number): number {
  let streak = learnt.has(today) ? 1 : 0;
  let missed = Infinity;
  for (let day = today - 1; ; day--) {
    if (learnt.has(day)) streak += 1;
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

/** Answers which day it is somewhere at a time, as days since 1970. */
function calendarIn(timeZone: string): (time: number) => number {
  const aheadAt = clockIn(timeZone);
  // Asking for a clock is what takes time, and on nearly all days it is not set.
  const known = new Map<number, number | null>();
  const aheadOn = (day: number) => {
    let ahead = known.get(day);
    if (ahead === undefined) {
      const [from, to] = [aheadAt(day * DAY), aheadAt((day + 1) * DAY)];
      ahead = from === to ? from : null;
      known.set(day, ahead);
    }
    return ahead;
  };
  return (time) => {
    const ahead = aheadOn(Math.floor(time / DAY)) ?? aheadAt(time);
    return Math.floor((time + ahead) / DAY);
  };
}

/** Answers by how many milliseconds clocks somewhere are ahead of UTC at a time. */
function clockIn(timeZone: string): (time: number) => number {
  // Of all formats the one that every browser has.
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (time) => {
    const numbers = format.format(time).match(/\d+/g)!.map(Number);
    const [month, day, year, hour, minute, second] = numbers as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const shown = Date.UTC(year, month - 1, day, hour, minute, second);
    return shown - Math.floor(time / 1000) * 1000;
  };
}

/** The date of a day, as in `2026-05-02`. */
function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
