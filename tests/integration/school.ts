import type { ContentData } from '../../src/lib/core/index.ts';
import { createCatalogue } from '../../src/lib/core/index.ts';

const MODULES = 4;
const LESSONS = 25;

/** The ids of all lessons, in reading order. */
export const lessons: readonly string[] = Array.from(
  { length: MODULES * LESSONS },
  (_, n) => `lesson-${n}`,
);

/** One course of 100 lessons in 4 modules, in a theme. */
export const school = createCatalogue([
  {
    id: 'theme',
    type: 'theme',
    title: 'Theme',
    children: [{ id: 'course', type: 'course', title: 'Course', children: modules() }],
  },
]);

function modules(): ContentData[] {
  return Array.from({ length: MODULES }, (_, module) => ({
    id: `module-${module}`,
    type: 'module',
    title: `Module ${module}`,
    children: lessons
      .slice(module * LESSONS, (module + 1) * LESSONS)
      .map((id) => ({ id, type: 'lesson', title: id })),
  }));
}
