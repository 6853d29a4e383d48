import type { Json } from 'sveltekit-cairn';
import { MAX_ANSWER_LENGTH } from '../content/answer-length.ts';
import { exerciseMessages } from '../messages.ts';
import { inPlainCharacters } from './plain-characters.ts';
import type { Answerable } from './shown-question.ts';

/**
 * What a learner answers to a question: the text that was written or chosen; of `multiple` those that
 * were chosen; of `order` the options by their places, an empty text where there is none yet.
 */
export type Answer = string | readonly string[];

/** Why an answer cannot be handed in. */
export interface AnswerProblem {
  /** The question's place, from 0. */
  question: number;
  message: string;
}

const text = exerciseMessages.problems;

/** The answer that nobody has given yet. */
export function blankAnswer({ kind, options }: Answerable): Answer {
  if (kind === 'order') return options.map(() => '');
  return kind === 'multiple' ? [] : '';
}

/** What was kept as answers to some questions, as far as it still fits them; blank otherwise. */
export function fittingAnswers(questions: readonly Answerable[], kept: unknown): Answer[] {
  const list: readonly unknown[] = Array.isArray(kept) ? kept : [];
  return questions.map((question, place) => {
    const answer = list[place];
    return isOfShape(question, answer) ? answer : blankAnswer(question);
  });
}

/** Says what keeps answers from being handed in; none when all is well. */
export function problemsOf(
  questions: readonly Answerable[],
  answers: readonly Answer[],
): AnswerProblem[] {
  return questions.flatMap((question, place) => {
    const message = problemOf(question, answers[place]!);
    return message ? [{ question: place, message }] : [];
  });
}

/** Reads the answers of a form, whose fields `fieldOf` names. */
export function answersInForm(questions: readonly Answerable[], form: FormData): Answer[] {
  const texts = (name: string) =>
    form.getAll(name).filter((value): value is string => typeof value === 'string');
  const read = (question: Answerable, place: number): unknown => {
    const name = fieldOf(place);
    if (question.kind === 'multiple') return texts(name);
    if (question.kind !== 'order') return texts(name).at(-1);
    return inOrder(question.options, (option) => Number(texts(fieldOf(place, option)).at(-1)));
  };
  return fittingAnswers(questions, questions.map(read));
}

/** The name of a question's field in a form; of `order`, of that of one option. */
export function fieldOf(question: number, option?: number): string {
  return option === undefined ? `q${question + 1}` : `q${question + 1}-${option + 1}`;
}

/**
 * The answer to `order` in which an option stands at a place, from 0, or at none (-1). What stood
 * there changes places with it, so no place is ever taken twice.
 */
export function withPlace(
  answer: readonly string[],
  { option, place }: { option: string; place: number },
): string[] {
  const before = answer.indexOf(option);
  const moved = [...answer];
  if (before >= 0) moved[before] = place >= 0 ? moved[place]! : '';
  if (place >= 0) moved[place] = option;
  return moved;
}

/** The number that somebody wrote, with a point or a comma before its decimals; else undefined. */
export function numberIn(written: string): number | undefined {
  const plain = inPlainCharacters(written).trim();
  // "1,250" may be meant as either.
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(plain)) return undefined;
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const number = Number(plain.replace(',', '.'));
  return Number.isFinite(number) ? number : undefined;
}

/** Answers as they are handed in. */
export function toJson(answers: readonly Answer[]): Json {
  return answers.map((answer) => (typeof answer === 'string' ? answer.trim() : [...answer]));
}

function problemOf({ kind, options }: Answerable, answer: Answer): string | null {
  switch (kind) {
    case 'choice':
      return answer === '' ? text.choose : null;
    case 'multiple':
      return answer.length === 0 ? text.chooseSome : null;
    case 'order':
      return answer.includes('') ? text.order(options.length) : null;
    case 'text':
    case 'number': {
      const written = (answer as string).trim();
      if (written.length > MAX_ANSWER_LENGTH) return text.tooLong(MAX_ANSWER_LENGTH);
      if (written === '') return kind === 'text' ? text.write : text.writeNumber;
      return kind === 'number' && numberIn(written) === undefined ? text.number : null;
    }
  }
}

function isOfShape({ kind, options }: Answerable, answer: unknown): answer is Answer {
  if (kind === 'text' || kind === 'number') return typeof answer === 'string';
  if (kind === 'choice') return answer === '' || isOption(options, answer);
  if (!Array.isArray(answer)) return false;
  const isWhole = kind === 'multiple' || answer.length === options.length;
  const chosen = kind === 'multiple' ? answer : answer.filter((each) => each !== '');
  const isClean = chosen.every((each) => isOption(options, each));
  return isWhole && isClean && new Set(chosen).size === chosen.length;
}

function isOption(options: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && options.includes(value);
}

/** Options by the places, from 1, that were given to them; of two at one place the first has it. */
function inOrder(options: readonly string[], placeOf: (option: number) => number): string[] {
  const places = options.map((_, option) => placeOf(option) - 1);
  return options.map((_, place) => options[places.indexOf(place)] ?? '');
}
