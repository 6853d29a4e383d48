import type { ActiveDay } from 'sveltekit-cairn';

/** A day as a calendar shows it; null for one that is still to come. */
export type CalendarDay = (ActiveDay & { isToday: boolean }) | null;

const DAY = 24 * 60 * 60 * 1000;

/** The last weeks up to the one in which today is, earliest first, each of seven days from Monday. */
export function weeksUntil(
  { today, days }: { today: string; days: readonly ActiveDay[] },
  weeks: number,
): CalendarDay[][] {
  const units = new Map(days.map((day) => [day.date, day.units]));
  const last = Date.parse(today);
  const sinceMonday = (new Date(last).getUTCDay() + 6) % 7;
  const first = last - (sinceMonday + 7 * (weeks - 1)) * DAY;
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, day): CalendarDay => {
      const time = first + (7 * week + day) * DAY;
      if (time > last) return null;
      const date = new Date(time).toISOString().slice(0, 10);
      return { date, units: units.get(date) ?? 0, isToday: time === last };
    }),
  );
}

/** How many weeks that follow each other begin in the same month: what heads their columns. */
export function monthsOf(weeks: readonly CalendarDay[][]): { date: string; weeks: number }[] {
  const months: { date: string; weeks: number }[] = [];
  for (const [monday] of weeks) {
    const { date } = monday!;
    const month = months.at(-1);
    if (month?.date.slice(0, 7) === date.slice(0, 7)) month.weeks += 1;
    else months.push({ date, weeks: 1 });
  }
  return months;
}
