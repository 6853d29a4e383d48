import { createContext } from 'svelte';
import type { CompletedBy, Status } from '../core/index.ts';

const passToComplete = 'Passing the exercise completes it.';

const statuses: Record<Status, string> = {
  'not-started': 'Not started',
  'in-progress': 'In progress',
  completed: 'Completed',
};

const completedBy: Record<CompletedBy, string> = {
  button: 'Completed',
  scroll: 'Completed: you read to the end',
  time: 'Completed: you took your time',
  video: 'Completed: you watched it all',
  exercise: 'Completed: you passed',
  api: 'Completed',
};

/** Why an operation does not count, by its code. Of others only those who made the program know more. */
const refusals: Partial<Record<string, string>> = {
  before_restart: 'Started again on another device since: this counts for the time before.',
  graded_by_server: passToComplete,
  no_attempts_left: 'There were no attempts left.',
  too_large: 'Too large to be kept.',
  unknown_content: 'The site does not know this page.',
};

function pages(number: number): string {
  return number === 1 ? '1 lesson or exercise' : `${number} lessons or exercises`;
}

/** "2 May 2026", "2–4 May 2026". */
function days(from: number, to: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).formatRange(from, to);
}

/** Every word that the components show or say, in English. */
export const english = {
  status: (status: Status, percentage = 0) =>
    status === 'in-progress' && percentage > 0
      ? `${statuses[status]}, ${percentage} percent`
      : statuses[status],
  optional: 'Optional',

  contents: 'Contents',
  contentsOf: (title: string) => `Contents of ${title}`,
  progressOf: (title: string) => `Progress in ${title}`,
  overview: 'Overview',
  completedOf: (completed: number, total: number) => `${completed} of ${total} completed`,

  markComplete: 'Mark as complete',
  completedBy,
  takenBack: 'Not completed any more',
  undo: 'Undo',
  passToComplete,
  signInToMark: 'Sign in to mark this as complete',

  waysOn: 'Previous and next',
  previous: 'Previous',
  next: 'Next',
  skipped: 'You skipped',
  lastOpen: 'This is the last one to complete.',
  allDone: 'All done',
  courseDone: 'Course done',

  saved: 'Saved',
  saving: 'Saving',
  offline: (waiting: number) => (waiting > 0 ? `Offline, ${waiting} waiting` : 'Offline'),
  signedOut: (waiting: number) => (waiting > 0 ? `Signed out, ${waiting} waiting` : 'Signed out'),
  onDevice: 'Saved here',
  notKept: 'This device cannot keep what you do: it is lost when you close the page',
  needsAttention: 'Needs attention',
  refusal: (code: string) => refusals[code] ?? `The server could not take this (${code}).`,
  dismiss: 'Dismiss',
  dismissOf: (reason: string) => `Dismiss: ${reason}`,

  guestWork: 'Done before you signed in',
  offer: (units: number, from: number, to: number) =>
    `Before you signed in, somebody learnt on this device: ${pages(units)}, ${days(from, to)}. Was it you?`,
  addWork: 'Add to my progress',
  notMine: 'Not mine',
  later: 'Later',
  decided: {
    add: 'Added to your progress.',
    discard: 'It was not added, and is gone from this device.',
    putOff: 'It stays on this device, for you alone. You are asked again next time.',
  },
  notDecided: 'There is no room for that on this device.',
  waitingWork: (units: number, from: number, to: number) =>
    `Work on ${pages(units)}, ${days(from, to)}, waits here until its learner signs in again.`,
  takeAlong: 'Save a copy',
  discard: 'Delete',
  reallyDiscard: 'Really delete?',
};

/** The words of the components; another language is another object of this shape. */
export type Messages = typeof english;

const [get, set, isSet] = createContext<Messages>();

/** Gives all components inside this one other words; what is left out stays English. */
export function setMessages(messages: Partial<Messages>): void {
  set({ ...english, ...messages });
}

/** The words for this component. */
export function getMessages(): Messages {
  return isSet() ? get() : english;
}
