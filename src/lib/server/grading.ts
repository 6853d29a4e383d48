import type { Act, Catalogue, Item, Json } from '../core/index.ts';

/** Grades the answers to an exercise: a whole score from 0 to 100. */
export type Grade = (contentId: string, answers: Json) => number | Promise<number>;

/** What grades, and what it may grade. */
export interface Grading {
  catalogue: Catalogue;
  grade: Grade | undefined;
}

/**
 * The score of answers to an exercise that the server grades; undefined when it is not such an
 * exercise, or the site has no grading.
 *
 * @throws Error when the site's grading gives anything but a whole number from 0 to 100.
 */
export async function gradeOf(
  grade: Grade | undefined,
  item: Item,
  answers: Json,
): Promise<number | undefined> {
  if (!item.graded || !grade) return undefined;
  const score = await grade(item.id, answers);
  if (!Number.isInteger(score) || score < 0 || score > 100) {
    throw new Error(`grade("${item.id}") gave ${score}: give a whole number from 0 to 100.`);
  }
  return score;
}

/** An act with its score, where it hands in answers that the server grades; else as it is. */
export async function withGrade<A extends Act & { contentId: string }>(
  { catalogue, grade }: Grading,
  act: A,
): Promise<A & { graded?: number }> {
  const given: Act = act;
  if (given.kind !== 'attempted' || given.answers === undefined || given.score !== undefined) {
    return act;
  }
  const item = catalogue.items.get(act.contentId);
  const score = item && (await gradeOf(grade, item, given.answers));
  return score === undefined ? act : { ...act, graded: score };
}
