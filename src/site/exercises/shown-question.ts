import { hashText } from 'sveltekit-cairn';
import type { QuestionText } from '../content/question-text.ts';
import type { Question } from '../content/questions.ts';

/** What may be answered to a question. */
export interface Answerable {
  kind: Question['kind'];
  /**
   * What to choose from or to put in order, as it is written in the content: that is the answer, and
   * not how it looks. None where the answer is written.
   */
  options: readonly string[];
}

/** A question as learners get it, before they have answered: nothing in it tells the answer. */
export interface ShownQuestion extends Answerable {
  /** HTML that is safe. */
  prompt: string;
  points: number;
  /** The options as HTML that is safe. */
  labels: readonly string[];
}

/** What may be answered to the questions of an exercise. */
export function answerable(contentId: string, questions: readonly Question[]): Answerable[] {
  return questions.map((question) => ({
    kind: question.kind,
    options: optionsOf(contentId, question),
  }));
}

/** The questions of an exercise as learners get them; `texts` is what they say. */
export function shownQuestions(
  contentId: string,
  questions: readonly Question[],
  texts: readonly QuestionText[],
): ShownQuestion[] {
  return answerable(contentId, questions).map(({ kind, options }, place) => {
    const question = questions[place]!;
    const labels = options.map((option) => labelOf(option, question, texts[place]!)!);
    return { kind, prompt: texts[place]!.prompt, points: question.points, options, labels };
  });
}

/** How an option is shown, as HTML that is safe; undefined for what is none. */
export function labelOf(
  option: string,
  question: Question,
  { options }: QuestionText,
): string | undefined {
  return 'options' in question ? options[question.options.indexOf(option)] : undefined;
}

function optionsOf(contentId: string, question: Question): readonly string[] {
  if (!('options' in question)) return [];
  return question.kind === 'order' ? shuffled(contentId, question.options) : question.options;
}

/**
 * The options in an order that says nothing about the right one: it follows from their words alone,
 * so it is also the same at every visit. Of three and more it is never the right one itself.
 */
function shuffled(contentId: string, options: readonly string[]): readonly string[] {
  const byHash = options
    .map((option) => ({ option, hash: hashText(`${contentId}\n${option}`) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ option }) => option);
  const isSolved = byHash.every((option, place) => option === options[place]);
  return isSolved && options.length > 2 ? [...byHash.slice(1), byHash[0]!] : byHash;
}
