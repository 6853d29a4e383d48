import type { Question } from '../content/questions.ts';
import { numberIn } from './answers.ts';
import { inPlainCharacters } from './plain-characters.ts';

/** How the answer to one question was judged. */
export interface Mark {
  right: boolean;
  /** What was answered, as far as it can be shown. */
  given: readonly string[];
}

/** How the answers to an exercise were judged. */
export interface Marks {
  /** Whole, 0 to 100: the share of points that were earned. 100 only when all is right. */
  score: number;
  /** By question. */
  marks: readonly Mark[];
}

/**
 * Grades what was handed in: a list with one answer per question, in their order. An answer that
 * does not fit its question is wrong; what is no list at all is all wrong. There are no parts of
 * points: a question is right as a whole.
 */
export function gradeAnswers(questions: readonly Question[], answers: unknown): Marks {
  const list: readonly unknown[] = Array.isArray(answers) ? answers : [];
  const marks = questions.map((question, place) => ({
    right: isRight(question, list[place]),
    given: textsIn(list[place]),
  }));
  const total = sum(questions.map(({ points }) => points));
  const earned = sum(questions.map(({ points }, place) => (marks[place]!.right ? points : 0)));
  return { score: scoreOf(earned, total), marks };
}

function scoreOf(earned: number, total: number): number {
  if (earned === total) return total > 0 ? 100 : 0;
  return Math.min(99, Math.round((100 * earned) / total));
}

function isRight(question: Question, answer: unknown): boolean {
  switch (question.kind) {
    case 'choice':
      return answer === question.options[question.answer];
    case 'multiple': {
      const right = question.answer.map((place) => question.options[place]);
      return isListOf(answer, right.length) && right.every((each) => answer.includes(each));
    }
    case 'order': {
      const { options } = question;
      return isListOf(answer, options.length) && options.every((each, n) => each === answer[n]);
    }
    case 'text': {
      if (typeof answer !== 'string') return false;
      return question.answer.some((accepted) => folded(accepted) === folded(answer));
    }
    case 'number': {
      const given = typeof answer === 'string' ? numberIn(answer) : answer;
      if (typeof given !== 'number') return false;
      // Decimals are not exact in binary: 1.1 is a little more than 0.1 away from 1.
      const slack = 1e-9 * Math.max(1, Math.abs(question.answer));
      return Math.abs(given - question.answer) <= question.tolerance + slack;
    }
  }
}

function folded(written: string): string {
  const plain = inPlainCharacters(written).trim().replace(/\s+/g, ' ');
  // By way of capitals: "ß" and "ss" are the same word in other case.
  return plain.toUpperCase().toLowerCase().normalize('NFC');
}

function isListOf(answer: unknown, length: number): answer is readonly unknown[] {
  return Array.isArray(answer) && answer.length === length;
}

function textsIn(answer: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  return list.flatMap((each) =>
    typeof each === 'string' || typeof each === 'number' ? String(each) : [],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
