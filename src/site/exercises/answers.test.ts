import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { questionText } from '../content/question-text.ts';
import type { Question } from '../content/questions.ts';
import type { Answer } from './answers.ts';
import {
  answersInForm,
  blankAnswer,
  fieldOf,
  fittingAnswers,
  numberIn,
  problemsOf,
  withPlace,
} from './answers.ts';
import type { Answerable } from './shown-question.ts';
import { answerable, shownQuestions } from './shown-question.ts';

const ask = (kind: Question['kind'], options: string[] = []): Answerable => ({ kind, options });
const QUESTIONS = [
  ask('choice', ['a', 'b']),
  ask('multiple', ['a', 'b', 'c']),
  ask('text'),
  ask('number'),
  ask('order', ['x', 'y', 'z']),
];
const GOOD: Answer[] = ['a', ['a', 'c'], 'reef', '4,5', ['y', 'x', 'z']];

describe('what is handed in', () => {
  test('is without problems when every question is answered', () => {
    expect(problemsOf(QUESTIONS, GOOD)).toEqual([]);
  });

  test('is held back with the number of each question that is not answered', () => {
    const blank = QUESTIONS.map(blankAnswer);
    expect(problemsOf(QUESTIONS, blank).map(({ question }) => question)).toEqual([0, 1, 2, 3, 4]);
  });

  test.each<[number, Answer, string]>([
    [2, '   ', 'Write an answer.'],
    [2, 'a'.repeat(201), 'Use at most 200 characters.'],
    [3, '', 'Write a number.'],
    [3, 'four', 'Write a number without separators, such as 1250 or 4.5.'],
    [3, '1,250', 'Write a number without separators, such as 1250 or 4.5.'],
    [4, ['y', '', 'z'], 'Give every line a place of its own, from 1 to 3.'],
  ])('is held back: question %i answered with %j', (question, answer, message) => {
    expect(problemsOf(QUESTIONS, GOOD.with(question, answer))).toEqual([{ question, message }]);
  });
});

describe('a number', () => {
  test.each([
    ['4', 4],
    [' -4.5 ', -4.5],
    ['−4', -4],
    ['\u20134', -4],
    ['４．５', 4.5],
    ['\u200e12', 12],
    ['4\u20135', undefined],
    ['4,5', 4.5],
    ['0,125', 0.125],
    ['.5', 0.5],
    ['1e3', 1000],
    ['1250', 1250],
    ['1,250', undefined],
    ['1 250', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    ['', undefined],
    ['4.5.6', undefined],
  ])('written as %j is %j', (written, number) => {
    expect(numberIn(written)).toBe(number);
  });
});

describe('a plain form', () => {
  const form = (fields: [string, string][]) => {
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    return data;
  };

  test('is read field by field', () => {
    const fields: [string, string][] = [
      ['q1', 'a'],
      ['q2', 'a'],
      ['q2', 'c'],
      ['q3', 'reef'],
      ['q4', '4,5'],
      ['q5-1', '2'],
      ['q5-2', '1'],
      ['q5-3', '3'],
    ];
    expect(answersInForm(QUESTIONS, form(fields))).toEqual(GOOD);
  });

  test('that is empty, or holds what nobody asked for, comes to blank answers', () => {
    const blank = QUESTIONS.map(blankAnswer);
    expect(answersInForm(QUESTIONS, form([]))).toEqual(blank);
    const nonsense: [string, string][] = [
      ['q1', 'z'],
      ['q2', 'z'],
      ['q5-1', '9'],
      ['q5-2', '-1'],
      ['q5-3', 'x'],
      ['q9', '1'],
    ];
    expect(answersInForm(QUESTIONS, form(nonsense))).toEqual(blank);
    const file = new FormData();
    file.append('q3', new File(['x'], 'x.txt'));
    expect(answersInForm(QUESTIONS, file)).toEqual(blank);
  });

  test('with two lines at one place holds one of them, and is held back', () => {
    const fields: [string, string][] = [1, 2, 3].map((n) => [fieldOf(4, n - 1), '1']);
    const answers = answersInForm(QUESTIONS, form(fields));
    expect(answers[4]).toEqual(['x', '', '']);
    expect(problemsOf(QUESTIONS, answers).map(({ question }) => question)).toContain(4);
  });
});

describe('a draft', () => {
  test('comes back as far as it fits, whatever was kept', () => {
    expect(fittingAnswers(QUESTIONS, GOOD)).toEqual(GOOD);
    const other = ['z', ['a', 'z'], 7, null, ['x', 'x', '']];
    expect(fittingAnswers(QUESTIONS, other)).toEqual(QUESTIONS.map(blankAnswer));
    fc.assert(
      fc.property(fc.jsonValue(), (kept) => {
        const answers = fittingAnswers(QUESTIONS, kept);
        expect(answers).toHaveLength(QUESTIONS.length);
        expect(fittingAnswers(QUESTIONS, answers)).toEqual(answers);
      }),
    );
  });
});

describe('putting in order', () => {
  test('swaps with what stands at the place, so that no place is taken twice', () => {
    const some = ['x', '', 'z'];
    expect(withPlace(some, { option: 'y', place: 1 })).toEqual(['x', 'y', 'z']);
    expect(withPlace(some, { option: 'x', place: 2 })).toEqual(['z', '', 'x']);
    expect(withPlace(some, { option: 'y', place: 0 })).toEqual(['y', '', 'z']);
    expect(withPlace(some, { option: 'x', place: -1 })).toEqual(['', '', 'z']);
    expect(withPlace(some, { option: 'y', place: -1 })).toEqual(some);
    expect(withPlace(some, { option: 'x', place: 0 })).toEqual(some);
  });
});

describe('questions as learners get them', () => {
  const secret = 'only the server knows';
  const asked: Question[] = [
    {
      ...{ kind: 'choice', prompt: 'p', points: 2, explanation: secret },
      ...{ options: ['a', '`b`'], answer: 1 },
    },
    { kind: 'text', prompt: 'q', points: 1, answer: [secret] },
    { kind: 'number', prompt: 'r', points: 1, answer: 73519.25, tolerance: 0.5 },
  ];

  test('hold no answer and no explanation', () => {
    expect(shownQuestions('id', asked, asked.map(questionText))).toEqual([
      {
        ...{ kind: 'choice', prompt: 'p', points: 2 },
        ...{ options: ['a', '`b`'], labels: ['a', '<code>b</code>'] },
      },
      { kind: 'text', prompt: 'q', points: 1, options: [], labels: [] },
      { kind: 'number', prompt: 'r', points: 1, options: [], labels: [] },
    ]);
  });

  const shown = (id: string, options: string[]) =>
    answerable(id, [{ kind: 'order', prompt: 'p', points: 1, options }])[0]!.options;

  test('to be put in order come in an order that is always the same and says nothing', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 3, maxLength: 8 }),
        fc.string(),
        (options, id) => {
          const order = shown(id, options);
          expect(order).toEqual(shown(id, options));
          expect(order.toSorted()).toEqual(options.toSorted());
          expect(order).not.toEqual(options);
        },
      ),
    );
    // What is right does not decide what is shown: of the six right orders of three lines, all but
    // the one that would be solved are shown alike.
    const right = [
      ['a', 'b', 'c'],
      ['a', 'c', 'b'],
      ['b', 'a', 'c'],
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
      ['c', 'b', 'a'],
    ];
    const orders = new Map(right.map((options) => [shown('id', options).join(), options]));
    expect(orders.size).toBe(2);
  });
});
