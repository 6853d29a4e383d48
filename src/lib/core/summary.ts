import type { Book } from './book.ts';
import { progressOfContainer, progressOfUnit, rollUpOf, statesOf } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { isUnit } from './catalogue.ts';
import { continueAt } from './next.ts';
import { toIso } from './record.ts';
import type { ContainerProgress } from './roll-up.ts';
import { addUp, countOf, given, meanScore, unitSums } from './roll-up.ts';
import { headingIn } from './saved-data.ts';
import type { Status } from './unit-progress.ts';
import { lastSaved, statusOf } from './unit-progress.ts';

/** Where to go on. */
export interface Target {
  contentId: string;
  title: string;
}

/** An open unit, and where in it the learner stopped. */
export interface OpenPlace extends Target {
  path: string | undefined;
  /** The id of a heading of its page. */
  heading?: string;
}

/** A unit in a summary. */
export interface UnitSummary extends Target {
  contentType: 'lesson' | 'exercise';
  status: Status;
  optional: boolean;
}

/** A module in a course's summary, with the units right under it. */
export interface ModuleSummary extends Target {
  status: Status;
  progressPercentage: number;
  completed: number;
  total: number;
  units: UnitSummary[];
}

/** How a container stands; of a course, without its modules and units. */
export interface ContainerSummary {
  status: Status;
  progressPercentage: number;
  completed: number;
  total: number;
  newSinceCompletion: number;
  score: number | null;
  completedAt: string | null;
  lastAccessedAt: string | null;
  timeSpentMs: number;
}

/** Answer of `GET /api/progress/course_summary`. */
export interface CourseSummary extends ContainerSummary {
  courseId: string;
  title: string;
  /** What `continue` leads to. */
  next: Target | null;
  /** Every module of the course in reading order, inner ones after the one that holds them. */
  modules: ModuleSummary[];
  /** The units right under the course. */
  units: UnitSummary[];
}

/** A course on the dashboard. */
export interface CourseOverview extends ContainerSummary, Target {
  path: string | undefined;
  next: OpenPlace | null;
}

/** All of a learner's progress at a glance. */
export interface Overview {
  user: string | null;
  overall: {
    completed: number;
    total: number;
    progressPercentage: number;
    /** Rounded mean over required exercises that have a score. */
    score: number | null;
    timeSpentMs: number;
  };
  /** Every theme, course and module. */
  items: Record<string, ContainerSummary>;
  /** In reading order. */
  courses: CourseOverview[];
  /** Where the learner was last, in any course. */
  continue: (OpenPlace & { courseId: string }) | null;
}

/** Sums up a course for one learner. */
export function summarise(catalogue: Catalogue, book: Book, course: Item): CourseSummary {
  const { item: next } = continueAt(catalogue, book, course);
  return {
    courseId: course.id,
    title: course.title,
    ...summaryOf(progressOfContainer(catalogue, book, course)),
    next: next && targetOf(next),
    modules: containersIn(course.children).map((item) => {
      const progress = progressOfContainer(catalogue, book, item);
      const { status, progressPercentage, completed, total } = progress;
      const units = unitSummaries(book, item);
      return { ...targetOf(item), status, progressPercentage, completed, total, units };
    }),
    units: unitSummaries(book, course),
  };
}

/** Sums up everything for one learner, or for nobody. */
export function overviewOf(catalogue: Catalogue, book: Book, user: string | null): Overview {
  const containers = containersIn(catalogue.roots).map((item) => ({
    item,
    progress: progressOfContainer(catalogue, book, item),
  }));
  const courses = containers
    .filter(({ item }) => isCourse(item))
    .map((course) => ({ ...course, next: continueAt(catalogue, book, course.item).item }));
  return {
    user,
    overall: overall(catalogue, book),
    items: Object.fromEntries(
      containers.map(({ item, progress }) => [item.id, summaryOf(progress)]),
    ),
    courses: courses.map(({ item, progress, next }) => ({
      ...targetOf(item),
      path: item.path,
      ...summaryOf(progress),
      next: next && openPlace(book, next),
    })),
    continue: lastPlace(book, courses),
  };
}

function summaryOf(progress: ContainerProgress): ContainerSummary {
  return {
    status: progress.status,
    progressPercentage: progress.progressPercentage,
    completed: progress.completed,
    total: progress.total,
    newSinceCompletion: progress.newSinceCompletion,
    score: progress.score,
    completedAt: toIso(progress.completedAt),
    lastAccessedAt: toIso(progress.lastAccessedAt),
    timeSpentMs: progress.timeSpentMs,
  };
}

function unitSummaries(book: Book, container: Item): UnitSummary[] {
  return container.children.filter(isUnit).map((unit) => ({
    contentId: unit.id,
    contentType: unit.type as 'lesson' | 'exercise',
    title: unit.title,
    status: statusOf(statesOf(book, unit)),
    optional: unit.optional ?? false,
  }));
}

/** The whole catalogue counted as a container would be. */
function overall(catalogue: Catalogue, book: Book): Overview['overall'] {
  const parts = catalogue.roots.map((root) => {
    const sums = isUnit(root)
      ? unitSums(root, progressOfUnit(book, root))
      : rollUpOf(catalogue, book, root);
    const total = isUnit(root) ? 1 : countOf(root, sums).total;
    return { given: given(root, sums), total: root.optional ? 0 : total };
  });
  const sums = addUp(parts.map((part) => part.given));
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  return {
    completed: sums.completed,
    total,
    progressPercentage: total > 0 ? Math.floor((100 * sums.completed) / total) : 0,
    score: meanScore(sums),
    timeSpentMs: sums.spent,
  };
}

/** Where the unfinished course that was visited last goes on. */
function lastPlace(
  book: Book,
  courses: readonly { item: Item; progress: ContainerProgress; next: Item | null }[],
): Overview['continue'] {
  let last: { at: number; course: Item; next: Item } | null = null;
  for (const { item: course, progress, next } of courses) {
    const at = progress.lastAccessedAt;
    if (next && at !== null && (!last || at > last.at)) last = { at, course, next };
  }
  return last && { courseId: last.course.id, ...openPlace(book, last.next) };
}

/** Themes, courses and modules in reading order, each before those that it holds. */
function containersIn(items: readonly Item[]): Item[] {
  return items
    .filter((item) => !isUnit(item))
    .flatMap((item) => [item, ...containersIn(item.children)]);
}

/** What a learner takes as one course: a course, or an outermost container with units outside any. */
function isCourse(item: Item): boolean {
  return item.type === 'course' || (item.parent === null && item.children.some(holdsLooseUnits));
}

function holdsLooseUnits(item: Item): boolean {
  return isUnit(item) || (item.type !== 'course' && item.children.some(holdsLooseUnits));
}

function openPlace(book: Book, unit: Item): OpenPlace {
  const heading = headingIn(lastSaved(statesOf(book, unit)));
  return { ...targetOf(unit), path: unit.path, ...(heading !== undefined && { heading }) };
}

function targetOf(item: Item): Target {
  return { contentId: item.id, title: item.title };
}
