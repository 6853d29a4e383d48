import type { Overview } from 'sveltekit-cairn';

/** Where a learner stopped, and in which course. */
export interface ContinuePlace {
  title: string;
  path: string | undefined;
  course: string;
}

/** Where a learner goes on; null for one who has begun nothing or finished everything. */
export function continuePlace({
  continue: place,
  courses,
}: Pick<Overview, 'continue' | 'courses'>): ContinuePlace | null {
  if (!place) return null;
  const course = courses.find(({ contentId }) => contentId === place.courseId)!.title;
  return { title: place.title, path: place.path, course };
}
