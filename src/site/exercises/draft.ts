import { entryIn } from 'sveltekit-cairn';
import type { ProgressState } from 'sveltekit-cairn/client';
import type { Answer } from './answers.ts';
import { fittingAnswers } from './answers.ts';
import type { ShownQuestion } from './shown-question.ts';

/** Answers that were handed in and are not graded yet; null when there are none. */
export function waitingAnswers(
  progress: ProgressState,
  id: string,
  questions: readonly ShownQuestion[],
): Answer[] | null {
  const last = attemptsWaiting(progress, id).at(-1);
  return last ? fittingAnswers(questions, last.answers) : null;
}

/**
 * How many attempts a limit still allows. What the server has logged counts, also from before the
 * exercise was started again; and what this device knows beyond that.
 */
export function attemptsLeft(
  progress: ProgressState,
  id: string,
  { limit, logged }: { limit: number; logged: number },
): number {
  const atLeast = logged + attemptsWaiting(progress, id).length;
  return Math.max(0, limit - Math.max(atLeast, attemptsMade(progress, id)));
}

/** Attempts since the exercise was last started that were graded, as far as this device knows. */
export function attemptsGraded({ book, catalogue }: ProgressState, id: string): number {
  const { ids } = catalogue.items.get(id)!;
  return ids.flatMap((each) => Object.keys(book.states.get(each)?.attempts ?? {})).length;
}

/** The answers that were typed for the next attempt, on whatever device; null when there are none. */
export function draftOf(
  progress: ProgressState,
  id: string,
  questions: readonly ShownQuestion[],
): Answer[] | null {
  const draft = entryIn(progress.get(id).data, 'draft');
  if (entryIn(draft, 'attempt') !== attemptsMade(progress, id)) return null;
  return fittingAnswers(questions, entryIn(draft, 'answers'));
}

/**
 * Keeps what is being typed, beside all else that is saved of the exercise. A draft names the attempt
 * that it is for; so once that is made it is over, wherever it was made.
 */
export function saveDraft(
  progress: ProgressState,
  id: string,
  answers: readonly Answer[],
): Promise<void> {
  const draft = { attempt: attemptsMade(progress, id), answers };
  return progress.save(id, { ...(progress.get(id).data as object), draft });
}

/** Attempts since the exercise was last started, as far as this device knows: graded or waiting. */
function attemptsMade(progress: ProgressState, id: string): number {
  return attemptsGraded(progress, id) + attemptsWaiting(progress, id).length;
}

function attemptsWaiting({ waiting, catalogue }: ProgressState, id: string) {
  const { ids } = catalogue.items.get(id)!;
  return waiting.flatMap((each) =>
    each.kind === 'attempted' && ids.includes(each.contentId) ? each : [],
  );
}
