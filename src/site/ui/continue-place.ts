import type { OpenPlace, Overview, Target } from 'sveltekit-cairn';

/** Where a learner goes on, and in which course. */
export interface ContinuePlace {
  title: string;
  path: string | undefined;
  /** In which part of it. */
  heading?: string;
  course: string;
  /** They have been in the course; else it is one to begin with. */
  isBegun: boolean;
}

/** Where a learner stopped; null for one who has begun nothing or finished everything. */
export function continuePlace({
  continue: last,
  courses,
}: Pick<Overview, 'continue' | 'courses'>): ContinuePlace | null {
  const course = last && courses.find(({ contentId }) => contentId === last.courseId);
  return course ? placeIn(course, last, true) : null;
}

/** Where a learner stopped, else the start of the first course that is open; null when none is. */
export function wayOn(overview: Pick<Overview, 'continue' | 'courses'>): ContinuePlace | null {
  const last = continuePlace(overview);
  if (last) return last;
  const first = overview.courses.find(({ next }) => next !== null);
  return first ? placeIn(first, first.next!, false) : null;
}

function placeIn(course: Target, unit: OpenPlace, isBegun: boolean): ContinuePlace {
  const { title, path, heading } = unit;
  return { title, path, course: course.title, isBegun, ...(heading !== undefined && { heading }) };
}
