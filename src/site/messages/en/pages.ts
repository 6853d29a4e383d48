import type { ContentType, Status } from 'sveltekit-cairn';
import { count, lessonsOrExercises, newLessonsOrExercises } from './counts.ts';
import { dates } from './dates.ts';

/** "8 min", "1 h 20 min". */
function minutes(total: number): string {
  const [hours, rest] = [Math.floor(total / 60), total % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** Makes what writes a moment as a day, or to the minute, in a time zone, or in the machine's own. */
const dateIn = (timeZone?: string) => dates({ dateStyle: 'long', timeZone });
const minuteIn = (timeZone?: string) => dates({ dateStyle: 'long', timeStyle: 'short', timeZone });

const types: Record<ContentType, string> = {
  theme: 'Theme',
  course: 'Course',
  module: 'Module',
  lesson: 'Lesson',
  exercise: 'Exercise',
};

const statuses: Record<Status, string> = {
  'not-started': 'Not started',
  'in-progress': 'In progress',
  completed: 'Completed',
};

/** What the site says around its content: header, pages, lists, errors. */
export const pages = {
  home: 'Home',
  skipToContent: 'Skip to the content',
  siteNavigation: 'Site',
  breadcrumbs: 'Where you are',
  footer: 'Your place is kept, on every device you sign in on.',
  pageTitle: (parts: readonly string[]) => parts.join(' · '),

  types,
  statuses,
  minutes,
  lessons: (number: number) => count(number, 'lesson'),
  exercises: (number: number) => count(number, 'exercise'),
  optional: 'Optional',
  ofThemOptional: (number: number) => `${number} of them optional`,
  count: (completed: number, total: number) => `${completed} of ${total}`,
  done: (completed: number, total: number) => `${completed} of ${total} completed`,
  progressOf: (title: string) => `Progress in ${title}`,
  dateIn,
  minuteIn,
  date: dateIn('UTC'),

  header: {
    dashboard: 'Dashboard',
    signIn: 'Sign in',
    signOut: 'Sign out',
    account: 'Account',
    accountOf: (name: string) => `Account of ${name}`,
    toLight: 'Light theme',
    toDark: 'Dark theme',
  },

  lists: {
    courses: 'Courses',
    contents: 'Contents',
    startWith: (title: string) => `Start: ${title}`,
    continue: 'Continue',
    startHere: 'Start here',
    continueWith: (title: string) => `Continue: ${title}`,
    /** Ends the words of a "Continue" that stands beside its course's title. */
    inCourse: (title: string) => `in ${title}`,
    completedOn: (date: string) => `Completed on ${date}`,
    newSince: (number: number) => `${newLessonsOrExercises(number)} since you finished`,
    empty: 'Nothing is here yet.',
  },

  reading: {
    contents: 'Contents',
    onThisPage: 'On this page',
    close: 'Close',
    endOfPage: 'Mark and go on',
    updated: 'Updated since you finished',
    updatedMore:
      'The author has rewritten this page since you completed it. It stays completed; you may want to look at it again.',
    goOnAt: (heading: string) => `Go on at “${heading}”`,
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Could not copy',
  },

  dashboard: {
    title: 'Your progress',
    welcome: (name: string) => `Welcome, ${name}.`,
    nothingYet:
      'Nothing is begun yet. Open a course, and this page will show how far you are and where you stopped.',
    chooseCourse: 'Choose a course',
    continue: 'Continue where you stopped',
    overall: 'All courses together',
    timeSpent: (milliseconds: number) => `${minutes(Math.round(milliseconds / 60_000))} spent`,
    inProgress: 'In progress',
    completed: 'Completed',
    notStarted: 'Not started',
    allDone: 'You have completed every course here. Well done.',
    lastVisited: (date: string) => `Last visited ${date}`,
    next: 'Next:',
  },

  device: {
    title: 'On this device',
    needsScript: 'What waits on this device shows only with JavaScript.',
    state: {
      saved: () => 'Everything you did is saved.',
      saving: (units: number) =>
        units === 0
          ? 'Everything you did is saved.'
          : `What you did in ${lessonsOrExercises(units)} is on its way.`,
      offline: (units: number) =>
        units === 0
          ? 'You are offline. What you do now waits here and is sent when you are back.'
          : `You are offline. What you did in ${lessonsOrExercises(units)} waits here and is sent when you are back.`,
      'signed-out': (units: number) =>
        units === 0
          ? 'Your session has ended: sign in again to go on.'
          : `Your session has ended. What you did in ${lessonsOrExercises(units)} waits here: sign in again, and it is sent.`,
      'needs-attention': () => 'Some of what you did does not count.',
      'on-device': (units: number) =>
        units === 0
          ? 'You have done nothing here yet.'
          : 'What you did is kept on this device alone. Sign in or sign up, and it goes with you.',
    },
    notKept:
      'This browser keeps nothing for this site (a private window, or a full disk): what is not sent when you close the page is lost.',
    refused: 'What does not count',
    aboutRefused: 'Each of these says why. When you have seen it, let it go.',
    others: 'Of other learners',
    somebodys: 'Not sent yet',
    isItYours: 'Is it yours? Sign in, and it is sent.',
  },

  errors: {
    notFound: 'This page is not here',
    notFoundMore: 'It may have moved, or the address may have a typing mistake.',
    meant: 'You may have meant:',
    failed: 'Something went wrong',
    failedMore:
      'The mistake is ours, not yours. What you marked before is safe. Please try again in a moment.',
    trace: 'If you report it, this number helps us find it:',
    refused: 'That did not work',
    tryAgain: 'Try again',
    toHome: 'To the start page',
    toDashboard: 'To your progress',
  },
};
