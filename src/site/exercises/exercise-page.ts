import { randomUUID } from 'node:crypto';
import { DEFAULT_PASSING_SCORE } from 'sveltekit-cairn';
import type { Item, ScorePolicy } from 'sveltekit-cairn';
import type { LoggedAttempt } from 'sveltekit-cairn/server';
import type { QuestionText } from '../content/question-text.ts';
import type { Question } from '../content/questions.ts';
import { gradeAnswers } from './grade.ts';
import { labelOf, shownQuestions } from './shown-question.ts';
import type { ShownQuestion } from './shown-question.ts';

/** One attempt, as the learner sees it later. */
export interface ShownAttempt {
  /** ISO 8601 in UTC. */
  at: string;
  /** 0 to 100; null where nobody could grade it. */
  score: number | null;
  passed: boolean;
}

/** How an answer was judged, and why. `prompt` and `explanation` are HTML that is safe. */
export interface ShownMark {
  right: boolean;
  prompt: string;
  explanation: string | null;
  /** What was answered: an option as HTML that is safe, or what was written. */
  given: readonly ({ html: string } | { text: string })[];
}

/** What is said of the last attempt. */
export interface Feedback extends ShownAttempt {
  /** By question; null when the questions are others than those that were graded. */
  marks: readonly ShownMark[] | null;
}

/** The questions of an exercise, and what they say. */
export interface Asked {
  questions: readonly Question[];
  texts: readonly QuestionText[];
}

/** What a page shows of an exercise with questions. No answer is in it but the learner's own. */
export interface ExercisePage {
  /** What the next attempt is called, if its form is sent without a script. */
  nextAttempt: string;
  questions: readonly ShownQuestion[];
  passingScore: number;
  policy: ScorePolicy;
  /** How many attempts a learner has; null without limit. */
  limit: number | null;
  /** The latest first. */
  attempts: readonly ShownAttempt[];
  feedback: Feedback | null;
}

/** Puts together what the page of an exercise shows, with what its learner has handed in so far. */
export function exercisePage(
  item: Item,
  { questions, texts }: Asked,
  attempts: readonly LoggedAttempt[],
): ExercisePage {
  const [last] = attempts;
  return {
    nextAttempt: randomUUID(),
    questions: shownQuestions(item.id, questions, texts),
    passingScore: item.passingScore ?? DEFAULT_PASSING_SCORE,
    policy: item.score ?? 'best',
    limit: item.attempts ?? null,
    attempts: attempts.map(({ at, score, passed }) => ({ at, score, passed })),
    feedback: last ? feedbackOn(last, { questions, texts }) : null,
  };
}

function feedbackOn(
  { at, score, passed, answers }: LoggedAttempt,
  { questions, texts }: Asked,
): Feedback {
  const graded = gradeAnswers(questions, answers);
  const isAsItWas = graded.score === score && Array.isArray(answers);
  return {
    ...{ at, score, passed },
    marks: isAsItWas
      ? graded.marks.map(({ right, given }, place) => {
          const { prompt, explanation } = texts[place]!;
          const shown = given.map((text) => {
            const html = labelOf(text, questions[place]!, texts[place]!);
            return html === undefined ? { text } : { html };
          });
          return { right, prompt, explanation, given: shown };
        })
      : null,
  };
}
