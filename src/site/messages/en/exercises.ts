import type { ScorePolicy } from 'sveltekit-cairn';

/** "1 attempt", "2 attempts". */
function attempts(number: number): string {
  return `${number} ${number === 1 ? 'attempt' : 'attempts'}`;
}

const countsWhich: Record<ScorePolicy, string> = {
  best: 'The best attempt counts.',
  latest: 'The latest attempt counts.',
  first: 'The first attempt counts.',
};

/** What exercises with questions say: the form, its errors, the feedback, the attempts. */
export const exercises = {
  title: 'Questions',
  again: 'Try again',
  answerAgain: 'Answer the questions again',
  points: (points: number) => `${points} ${points === 1 ? 'point' : 'points'}`,
  rules: (passingScore: number) => `${passingScore} of 100 are enough to pass.`,
  countsWhich,
  chooseSeveral: 'Choose all that are right.',
  giveOrder: (last: number) => `Give each line its place, from 1 to ${last}.`,
  placeOf: (option: string) => `Place of: ${option}`,
  noPlace: '–',
  submit: 'Check my answers',

  signIn: 'Sign in',
  guest:
    'The site checks your answers when you are signed in; until then they wait on this device.',
  guestWithoutScript: 'Sign in to answer these questions',

  checking: 'Your answers are being checked.',
  waits: 'Saved. Your answers will be graded when you are online.',
  waitsForSignIn:
    'Your answers are kept on this device. They are graded when you sign in and add them to your progress.',

  left: (left: number, limit: number) =>
    left === limit ? `You have ${attempts(limit)}.` : `${left} of ${attempts(limit)} left.`,
  noneLeft: 'No attempts left',
  noneLeftMore: (limit: number) =>
    limit === 1 ? 'You have made the only attempt.' : `You have made all ${limit} attempts.`,
  staysOpen: 'It stays open until its author allows more.',

  problems: {
    summary: (number: number) =>
      number === 1 ? 'One answer is not complete.' : `${number} answers are not complete.`,
    of: (question: number, message: string) => `Question ${question}: ${message}`,
    choose: 'Choose an answer.',
    chooseSome: 'Choose at least one answer.',
    write: 'Write an answer.',
    writeNumber: 'Write a number.',
    number: 'Write a number without separators, such as 1250 or 4.5.',
    tooLong: (most: number) => `Use at most ${most} characters.`,
    order: (last: number) => `Give every line a place of its own, from 1 to ${last}.`,
  },

  feedback: {
    passed: (score: number) => `Passed: ${score} of 100`,
    failed: (score: number) => `Not passed yet: ${score} of 100`,
    failedLast: (score: number) => `Not passed: ${score} of 100`,
    failedAfterPass: (score: number) => `This time: ${score} of 100`,
    staysPassed: 'You passed this exercise before, and it stays completed.',
    ungraded: 'This attempt could not be graded.',
    score: (score: number) => `Your score is ${score}.`,
    right: 'Right',
    wrong: 'Not right',
    yourAnswer: 'Your answer:',
    noAnswer: 'none',
    changed: 'The questions have changed since, so there is no more to say about this attempt.',
  },

  history: {
    title: (number: number) => `Your attempts: ${number}`,
    when: 'When',
    score: 'Score',
    result: 'Result',
    passed: 'Passed',
    failed: 'Not passed',
    ungraded: 'Not graded',
  },
};
