import type { Overview } from 'sveltekit-cairn';

/** Where a learner stopped, and in which course. */
export interface ContinuePlace {
  title: string;
  path: string | undefined;
  /** In which part of it. */
  heading?: string;
  course: string;
}

/** Where a learner goes on; null for one who has begun nothing or finished everything. */
export function continuePlace({
  continue: place,
  courses,
}: Pick<Overview, 'continue' | 'courses'>): ContinuePlace | null {
  if (!place) return null;
  const { title, path, heading } = place;
  const course = courses.find(({ contentId }) => contentId === place.courseId)!.title;
  return { title, path, course, ...(heading !== undefined && { heading }) };
}
