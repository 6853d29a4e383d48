import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Question } from '../content/questions.ts';
import { gradeAnswers } from './grade.ts';
import type { Marks } from './grade.ts';

const choice: Question = {
  kind: 'choice',
  prompt: 'Which?',
  points: 1,
  options: ['reef', 'granny', 'bowline'],
  answer: 2,
};
const multiple: Question = {
  kind: 'multiple',
  prompt: 'Which ones?',
  points: 1,
  options: ['a', 'b', 'c', 'd'],
  answer: [2, 0],
};
const written: Question = {
  kind: 'text',
  prompt: 'Name it',
  points: 1,
  answer: ['Clove hitch', 'ÉPISSURE', "fisherman's", '--take "two"', 'Straße', '…'],
};
const number: Question = {
  kind: 'number',
  prompt: 'How many?',
  points: 1,
  answer: 1,
  tolerance: 0.1,
};
const order: Question = {
  kind: 'order',
  prompt: 'In which order?',
  points: 1,
  options: ['Look', 'Think', 'Write'],
};

const isRight = (question: Question, answer: unknown) =>
  gradeAnswers([question], [answer]).marks[0]!.right;

describe('an answer', () => {
  test.each<[string, [Question, unknown], boolean]>([
    ['the right option', [choice, 'bowline'], true],
    ['another option', [choice, 'reef'], false],
    ['the place of the right option', [choice, 2], false],
    ['an option in other letters', [choice, 'Bowline'], false],
    ['all right options, in any order', [multiple, ['c', 'a']], true],
    ['one of two right options', [multiple, ['a']], false],
    ['a wrong option beside the right ones', [multiple, ['a', 'b', 'c']], false],
    ['a right option twice in place of another', [multiple, ['a', 'a']], false],
    ['none of the options', [multiple, []], false],
    ['an accepted text', [written, 'Clove hitch'], true],
    ['an accepted text in other case and spaces', [written, '  cLOVE \n  HITCH '], true],
    ['an accented letter written as two characters', [written, 'e\u0301pissure'], true],
    ['a word whose capitals are more letters', [written, 'STRASSE'], true],
    ['an accepted text with a phone’s apostrophe', [written, 'Fisherman\u2019s'], true],
    ['an accepted text with a phone’s dash and quotes', [written, '—take “two”'], true],
    ['an accepted text with a phone’s ellipsis', [written, '...'], true],
    ['an accepted text in wide letters', [written, 'Ｃｌｏｖｅ　ｈｉｔｃｈ'], true],
    ['an accepted text with what nobody sees', [written, 'clo\u00adve\u200b hitch\ufeff'], true],
    ['an accepted text with one hyphen of two', [written, '-take "two"'], false],
    ['part of an accepted text', [written, 'Clove'], false],
    ['no text', [written, ''], false],
    ['the number', [number, '1'], true],
    ['a number, not as text', [number, 1.05], true],
    ['a number with a comma', [number, '1,05'], true],
    ['a number at the edge of the tolerance', [number, '1.1'], true],
    ['a number at its lower edge', [number, '0.9'], true],
    ['a number beyond the tolerance', [number, '1.1001'], false],
    ['what is no number', [number, 'one'], false],
    ['no number at all', [number, NaN], false],
    ['infinitely much', [number, '1e999'], false],
    ['the right order', [order, ['Look', 'Think', 'Write']], true],
    ['another order', [order, ['Look', 'Write', 'Think']], false],
    ['the beginning of the right order', [order, ['Look', 'Think']], false],
    ['the right order and more', [order, ['Look', 'Think', 'Write', 'Read']], false],
    ['nothing', [order, null], false],
  ])('that is %s', (_, [question, answer], right) => {
    expect(isRight(question, answer)).toBe(right);
  });

  test('is kept in words, to be shown later', () => {
    const answers = ['bowline', ['a', 'c'], null, 4, { a: 1 }];
    const { marks } = gradeAnswers([choice, multiple, written, number, order], answers);
    expect(marks.map(({ given }) => given)).toEqual([['bowline'], ['a', 'c'], [], ['4'], []]);
  });
});

describe('a score', () => {
  test.each<[string, [number[], number[]], number]>([
    ['is the share of points', [[1, 2, 1], [1]], 50],
    [
      'is rounded',
      [
        [1, 1, 1],
        [0, 1],
      ],
      67,
    ],
    ['is 100 only when all is right', [[1, 999], [1]], 99],
    ['is 0 when nothing is', [[3, 4], []], 0],
  ])('%s', (_, [points, right], score) => {
    const questions = points.map((each) => ({ ...choice, points: each }));
    const answers = points.map((_, place) => (right.includes(place) ? 'bowline' : 'reef'));
    expect(gradeAnswers(questions, answers).score).toBe(score);
  });

  test('of no questions is 0', () => {
    expect(gradeAnswers([], [])).toEqual({ score: 0, marks: [] });
  });
});

const texts = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), {
  minLength: 2,
  maxLength: 5,
});
/** Often one beside many: what rounding would make nothing of. */
const points = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1000 }));
const ofEveryKind = { prompt: fc.string(), points };
const arbitraryQuestion: fc.Arbitrary<Question> = texts.chain((options) => {
  const place = fc.nat(options.length - 1);
  const places = fc.uniqueArray(place, { minLength: 1 });
  return fc.oneof(
    fc.record({
      kind: fc.constant('choice' as const),
      ...ofEveryKind,
      options: fc.constant(options),
      answer: place,
    }),
    fc.record({
      kind: fc.constant('multiple' as const),
      ...ofEveryKind,
      options: fc.constant(options),
      answer: places,
    }),
    fc.record({
      kind: fc.constant('text' as const),
      ...ofEveryKind,
      answer: fc.constant(options),
    }),
    fc.record({
      kind: fc.constant('number' as const),
      ...ofEveryKind,
      answer: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
      tolerance: fc.nat(3),
    }),
    fc.record({
      kind: fc.constant('order' as const),
      ...ofEveryKind,
      options: fc.constant(options),
    }),
  );
});
const arbitraryQuestions = fc.array(arbitraryQuestion, { minLength: 1, maxLength: 6 });

/** The answer that a question asks for, spelt out without the grader's help. */
function rightAnswer(question: Question): unknown {
  switch (question.kind) {
    case 'choice':
      return question.options[question.answer];
    case 'multiple':
      return question.options.filter((_, place) => question.answer.includes(place));
    case 'text':
      return question.answer.at(-1);
    case 'number':
      return question.answer;
    case 'order':
      return question.options;
  }
}

type Grader = (questions: readonly Question[], answers: unknown) => Marks;

/** Runs a law on the grader, and sees that each mutant breaks it. */
function law(name: string, holdsFor: (grade: Grader) => void, mutants: Record<string, Grader>) {
  test(name, () => holdsFor(gradeAnswers));
  test.each(Object.entries(mutants))(`${name}: catches %s`, (_, mutant) => {
    expect(() => holdsFor(mutant)).toThrow();
  });
}

describe('grading', () => {
  law(
    'gives 100 for the right answers, and for nothing less',
    (grade) =>
      fc.assert(
        fc.property(arbitraryQuestions, fc.nat(), (questions, index) => {
          const right = questions.map(rightAnswer);
          expect(grade(questions, right).score).toBe(100);
          const place = index % questions.length;
          const almost = right.with(place, { wrong: true });
          expect(grade(questions, almost).score).toBeLessThan(100);
          const { marks } = grade(questions, almost);
          expect(marks.map((mark) => mark.right)).toEqual(right.map((_, n) => n !== place));
        }),
      ),
    {
      'a score that is only rounded': (questions, answers) => {
        const { marks } = gradeAnswers(questions, answers);
        const points = questions.map((each) => each.points);
        const earned = points.filter((_, place) => marks[place]!.right);
        const add = (list: number[]) => list.reduce((total, each) => total + each, 0);
        return { marks, score: Math.round((100 * add(earned)) / add(points)) };
      },
      'an answer that is not looked at': (questions, answers) => {
        const [first, ...others] = Array.isArray(answers) ? (answers as unknown[]) : [];
        return gradeAnswers(questions, [
          first === undefined ? first : rightAnswer(questions[0]!),
          ...others,
        ]);
      },
    },
  );

  law(
    'never fails, whatever is handed in, and gives a whole score from 0 to 100',
    (grade) =>
      fc.assert(
        fc.property(
          arbitraryQuestions,
          fc.oneof(fc.array(fc.jsonValue({ maxDepth: 3 })), fc.jsonValue(), HOSTILE),
          (questions, answers) => {
            const { score, marks } = grade(questions, answers);
            expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
            expect(marks).toHaveLength(questions.length);
          },
        ),
        { numRuns: 500 },
      ),
    {
      'what is no list': (questions, answers) =>
        gradeAnswers(questions, [...(answers as unknown[])]),
      'objects taken for text': (questions, answers) =>
        gradeAnswers(questions, (answers as unknown[]).map(String)),
    },
  );
});

/** JSON that breaks whoever makes text of it. */
const HOSTILE = fc.constantFrom<unknown>(
  [[{ toString: 1, valueOf: 1 }, { toString: 1 }]],
  [{ length: 2, 0: 'a', 1: 'b' }],
  JSON.parse('{"__proto__":[1]}'),
  [null, [null], [[]], [[[]]]],
);
