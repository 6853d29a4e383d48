import { createContext } from 'svelte';
import { messages } from '../messages.ts';

interface LearnerDates {
  day: (iso: string) => string;
  minute: (iso: string) => string;
}

const [get, set] = createContext<LearnerDates>();

/**
 * Writes a moment of the learner's (ISO 8601) as the day that it was for them: "2 May 2026". What
 * others read too, such as a certificate, has the day of UTC (`messages.date`).
 */
export const getLearnerDate = (): ((iso: string) => string) => get().day;

/** Writes a moment of the learner's (ISO 8601) to the minute: "2 May 2026 at 14:05". */
export const getLearnerMinute = (): ((iso: string) => string) => get().minute;

/** For the layout: by which time zone dates are the learner's; this machine's own where there is none. */
export function setLearnerDates(timeZone: () => string | undefined): void {
  const date = $derived(messages.dateIn(timeZone()));
  const minute = $derived(messages.minuteIn(timeZone()));
  set({ day: (iso) => date(iso), minute: (iso) => minute(iso) });
}
