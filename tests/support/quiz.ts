import type { Files } from '../../src/site/content/folder.testing.ts';

/** What only the server knows of the questions below, before anybody has answered. */
export const SECRETS = ['granny-slips-under-load', 'midshipman', '73519', 'fold-the-bight'];

const QUESTIONS = `questions:
  - kind: choice
    prompt: Which knot joins two ropes for good?
    options: [Granny, Double sheet bend, Slip knot]
    answer: 1
    points: 2
    explanation: A granny-slips-under-load lesson is learnt once.
  - kind: multiple
    prompt: Which of these make a loop?
    options: ['\`Bowline\`', Reef knot, Figure eight loop]
    answer: [0, 2]
    explanation: You **fold-the-bight** for both, \`<b>\` or not.
  - kind: text
    prompt: What is a hitch called that grips its own standing part?
    answer: [midshipman, midshipmans hitch]
  - kind: number
    prompt: How many *newtons* did it hold?
    answer: 73519
    tolerance: 1
  - kind: order
    prompt: Put the steps of a bowline in order.
    options: [Make a small loop, Pass the end up through it, Lead the end around, Draw it tight]`;

/**
 * A course with a lesson that its exercises complete, a quiz with a question of every kind, and an
 * exam that may be tried twice.
 */
export const QUIZ_SCHOOL: Files = {
  '_index.md': '---\ntitle: Knots\n---\n\nLearn to tie.',
  '01-rope/_index.md': '---\ntitle: Rope\n---\n',
  '01-rope/01-basics/_index.md': '---\nid: basics\ntitle: The basics\n---\n',
  '01-rope/01-basics/01-read.md':
    '---\nid: read\ncompletion: [exercise, button]\n---\n\n# Read about loops',
  '01-rope/01-basics/02-quiz.md': `---
id: quiz
type: exercise
${QUESTIONS}
---

# What holds`,
  '01-rope/01-basics/03-exam.md': `---
id: exam
type: exercise
attempts: 2
score: latest
passingScore: 100
questions:
  - { kind: choice, prompt: Left or right?, options: [Left, Right], answer: 0 }
  - { kind: number, prompt: How many turns?, answer: 2 }
---

# The exam`,
};

/** Where its exercises are on the site. */
export const QUIZ = '/rope/basics/quiz';
export const EXAM = '/rope/basics/exam';

/** Answers to the quiz that are all right, as they are handed in. */
export const RIGHT = [
  'Double sheet bend',
  ['`Bowline`', 'Figure eight loop'],
  'Midshipman',
  '73519',
  ['Make a small loop', 'Pass the end up through it', 'Lead the end around', 'Draw it tight'],
];
