import { randomUUID } from 'node:crypto';
import { DEFAULT_PASSING_SCORE } from 'sveltekit-cairn';
import type { Item, ScorePolicy } from 'sveltekit-cairn';
import type { LoggedAttempt } from 'sveltekit-cairn/server';
import type { Question } from '../content/questions.ts';
import { gradeAnswers } from './grade.ts';
import type { Mark } from './grade.ts';
import { shownQuestions } from './shown-question.ts';
import type { ShownQuestion } from './shown-question.ts';

/** One attempt, as the learner sees it later. */
export interface ShownAttempt {
  /** ISO 8601 in UTC. */
  at: string;
  /** 0 to 100; null where nobody could grade it. */
  score: number | null;
  passed: boolean;
}

/** What is said of the last attempt. */
export interface Feedback extends ShownAttempt {
  /** By question; null when the questions are others than those that were graded. */
  marks: readonly (Mark & { prompt: string; explanation: string | null })[] | null;
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
  questions: readonly Question[],
  logged: readonly LoggedAttempt[],
): ExercisePage {
  // A form that was sent twice is one attempt: the first that arrived, which the record knows too.
  const attempts = [...new Map(logged.map((each) => [each.id, each])).values()];
  const [last] = attempts;
  return {
    nextAttempt: randomUUID(),
    questions: shownQuestions(item.id, questions),
    passingScore: item.passingScore ?? DEFAULT_PASSING_SCORE,
    policy: item.score ?? 'best',
    limit: item.attempts ?? null,
    attempts: attempts.map(({ at, score, passed }) => ({ at, score, passed })),
    feedback: last ? feedbackOn(last, questions) : null,
  };
}

function feedbackOn(
  { at, score, passed, answers }: LoggedAttempt,
  questions: readonly Question[],
): Feedback {
  const graded = gradeAnswers(questions, answers);
  const isAsItWas = graded.score === score && Array.isArray(answers);
  return {
    ...{ at, score, passed },
    marks: isAsItWas
      ? graded.marks.map((mark, place) => {
          const { prompt, explanation = null } = questions[place]!;
          return { ...mark, prompt, explanation };
        })
      : null,
  };
}
