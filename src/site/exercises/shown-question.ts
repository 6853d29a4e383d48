import { hashText } from 'sveltekit-cairn';
import type { Question } from '../content/questions.ts';

/** A question as learners get it, before they have answered: nothing in it tells the answer. */
export interface ShownQuestion {
  kind: Question['kind'];
  prompt: string;
  points: number;
  /** What to choose from or to put in order; none where the answer is written. */
  options: readonly string[];
}

/** The questions of an exercise as learners get them. */
export function shownQuestions(contentId: string, questions: readonly Question[]): ShownQuestion[] {
  return questions.map((question) => {
    const { kind, prompt, points } = question;
    return { kind, prompt, points, options: optionsOf(contentId, question) };
  });
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
