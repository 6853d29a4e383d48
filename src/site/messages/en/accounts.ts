import { PASSWORD_LENGTH } from '../../accounts/password-length.ts';
import { lessonsOrExercises } from './counts.ts';

/** "a minute", "15 minutes". */
function minutes(seconds: number): string {
  const number = Math.ceil(seconds / 60);
  return number === 1 ? 'a minute' : `${number} minutes`;
}

/** What accounts say, on their pages, in their refusals and in mails. */
export const accounts = {
  name: 'Name',
  nameHint: 'What this site calls you. It need not be your full name.',
  email: 'E-mail address',
  password: 'Password',
  newPassword: 'New password',
  currentPassword: 'Current password',
  passwordRule: `At least ${PASSWORD_LENGTH.min} characters. A few words together are easy to remember and hard to guess.`,

  signUp: {
    title: 'Sign up',
    submit: 'Sign up',
    haveAccount: 'You have an account already?',
    closed: 'This site takes no new accounts: ask its owner for one.',
  },
  signIn: {
    title: 'Sign in',
    submit: 'Sign in',
    noAccount: 'You have no account yet?',
    passwordIsSet: 'Your new password is set. Sign in with it.',
    forgot: 'Forgot your password?',
  },
  signOut: {
    title: 'Sign out',
    submit: 'Sign out',
    question: 'Your progress is kept. Sign in again to go on.',
    unsent: (units: number) =>
      units === 0
        ? 'Your last visit is not sent yet.'
        : `What you did in ${lessonsOrExercises(units)} is not sent yet.`,
    keep: 'Keep it on this device. It is sent when you sign in here again.',
    discard: 'Delete it.',
    nobody: 'You are signed out.',
    notHeard: 'No answer came from the site: you may still be signed in. Try again in a moment.',
    notDone: 'Signing out did not reach the site: you are still signed in. Try again.',
  },
  account: {
    title: 'Account',
    save: 'Save',
    saved: 'Your changes are saved.',
    timeZone: 'Time zone',
    timeZoneHint: 'Your days of learning begin and end by it.',
    noTimeZone: 'Not chosen yet (UTC)',
    otherZones: 'Other',
    theme: 'Theme',
    themeHint: 'Here, and in every browser in which you sign in from now on.',
    themes: { system: 'As on my device', light: 'Light', dark: 'Dark' },
    more: 'Password and data',
    download: 'Download my data',
    aboutDownload: 'All that this site keeps about you, in one file (JSON).',
  },
  changePassword: {
    title: 'Change your password',
    submit: 'Change the password',
    notHeard:
      'No proper answer came from the site, and you are signed out: your new password is probably set already.',
    changed: 'Your password is changed. You are signed out everywhere but here.',
  },
  deleteAccount: {
    title: 'Delete my account',
    lead: 'This deletes at once and for good:',
    deleted: [
      'your name, e-mail address and password;',
      'all your progress, attempts and time spent, on every device;',
      'your certificates: whoever opens their links finds nothing;',
      'your sessions: you are signed out everywhere.',
    ],
    after:
      'It cannot be undone. You may sign up again with the same address, and then begin with nothing.',
    downloadFirst: 'Download your data first',
    password: 'Your password, to be sure it is you',
    submit: 'Delete my account',
    keep: 'Keep it',
    notHeard:
      'No proper answer came from the site: your account may be deleted already. This page finds out as soon as the site answers.',
    isDone: 'Your account is deleted, and all that was kept about you with it.',
  },
  forgotPassword: {
    title: 'Forgot your password?',
    lead: 'Enter your e-mail address, and we send you a link with which you set a new password.',
    submit: 'Send me a link',
    sent: 'If there is an account with this address, a link is on its way to it. It works once, within an hour.',
    noMail: 'This site sends no mail: ask its owner for a link to set a new password.',
  },
  resetPassword: {
    title: 'Set a new password',
    submit: 'Set the password',
    again: 'Ask for a new link',
  },

  fields: {
    name: 'Enter your name.',
    nameTooLong: (most: number) => `Enter a name of at most ${most} characters.`,
    nameNotPlain: 'Enter a name without control characters.',
    email: 'Enter your e-mail address.',
    emailNotOne: 'Enter an e-mail address like name@example.org.',
    password: 'Enter your password.',
    passwordTooLong: (most: number) => `A password has at most ${most} characters.`,
    newPassword: 'Enter a password.',
    newPasswordTooShort: (least: number) => `Enter at least ${least} characters.`,
    newPasswordTooLong: (most: number) => `Enter at most ${most} characters.`,
    newPasswordNotPlain: 'Enter a password of whole characters.',
    token: 'The link is not whole.',
    timeZone: 'Choose a time zone from the list.',
    theme: 'Choose one of the themes.',
    notFields: 'Send an object of fields.',
  },

  refused: {
    invalid: 'Something needs another look.',
    notSignedIn: 'You are not signed in.',
    wrongPassword: 'The e-mail address or the password is wrong.',
    wrongCurrentPassword: 'The current password is wrong.',
    notYourPassword: 'This is not your current password.',
    emailTaken: 'There is an account with this e-mail address already.',
    emailTakenField: 'There is an account with this address: sign in instead.',
    invalidToken: 'This link was used already or has run out: ask for a new one.',
    tooMany: (seconds: number) => `Too many attempts: try again in ${minutes(seconds)}.`,
    unavailable: 'This cannot be done right now: try again in a moment.',
    notDone:
      'No proper answer came from the site. What you typed is still here: try again in a moment.',
  },

  resetMail: (site: string, link: string) => ({
    subject: `Set a new password for ${site}`,
    body: [
      `Somebody, hopefully you, asked to set a new password for your account on ${site}.`,
      'Open this link within an hour to do so; it works once:',
      link,
      'If it was not you, there is nothing to do: your password stays as it is.',
    ].join('\n\n'),
  }),
};
