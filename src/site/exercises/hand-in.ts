import { randomUUID } from 'node:crypto';
import { error, fail, redirect } from '@sveltejs/kit';
import type { ActionFailure, RequestEvent } from '@sveltejs/kit';
import { ATTEMPT_ID } from 'sveltekit-cairn';
import type { Item } from 'sveltekit-cairn';
import { checkMaker, readForm } from '../accounts/form-action.ts';
import { answersInForm, problemsOf, toJson } from './answers.ts';
import type { Answer, AnswerProblem } from './answers.ts';
import { answerable } from './shown-question.ts';

/** Answers that could not be handed in, and why. */
export interface HeldBack {
  answers: Answer[];
  problems: AnswerProblem[];
}

/**
 * Takes in the answers of a plain form, and leads back to the page: to the feedback, so that a reload
 * sends nothing again. Who is not signed in is led to where they can.
 */
export async function handIn(
  event: RequestEvent,
  item: Item | undefined,
): Promise<ActionFailure<HeldBack>> {
  const { cairn, user } = event.locals;
  const { pathname } = event.url;
  if (!user) redirect(303, `/sign-in?to=${encodeURIComponent(pathname)}`);
  if (!item?.graded) error(422, 'There are no questions here.');

  const form = await readForm(event.request);
  checkMaker(form.get('asUser'), user);
  const questions = answerable(item.id, cairn.content.questions(item.id));
  const answers = answersInForm(questions, form);
  const problems = problemsOf(questions, answers);
  if (problems.length > 0) return fail(422, { answers, problems });

  await cairn.progress.record(user.id, [
    { contentId: item.id, kind: 'attempted', attempt: nameIn(form), answers: toJson(answers) },
  ]);
  redirect(303, `${pathname}#feedback`);
}

/** The name that the page gave to this attempt: sent twice, it is one attempt. */
function nameIn(form: FormData): string {
  const name = form.get('attempt');
  return typeof name === 'string' && ATTEMPT_ID.test(name) ? name : randomUUID();
}
