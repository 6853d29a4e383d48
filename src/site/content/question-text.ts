import { renderInline } from './inline.ts';
import type { Question } from './questions.ts';

/** What a question says, as HTML that is safe to be put into a page. The server keeps the explanation until it is due. */
export interface QuestionText {
  prompt: string;
  /** In the order of the question's own options; none where the answer is written. */
  options: readonly string[];
  explanation: string | null;
}

/** Makes HTML of what a question says. */
export function questionText(question: Question): QuestionText {
  const { prompt, explanation } = question;
  return {
    prompt: renderInline(prompt),
    options: 'options' in question ? question.options.map(renderInline) : [],
    explanation: explanation === undefined ? null : renderInline(explanation),
  };
}
