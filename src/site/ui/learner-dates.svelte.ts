import { createContext } from 'svelte';
import { messages } from '../messages.ts';

const [get, set] = createContext<(iso: string) => string>();

/**
 * Writes a moment of the learner's (ISO 8601) as the day that it was for them: "2 May 2026". What
 * others read too, such as a certificate, has the day of UTC (`messages.date`).
 */
export const getLearnerDate = get;

/** For the layout: by which time zone days are the learner's; this machine's own where there is none. */
export function setLearnerDate(timeZone: () => string | undefined): void {
  const date = $derived(messages.dateIn(timeZone()));
  set((iso) => date(iso));
}
