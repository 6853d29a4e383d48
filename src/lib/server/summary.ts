import type { Catalogue, Item, Status } from '../core/index.ts';
import {
  continueAt,
  countOf,
  isUnit,
  progressOfContainer,
  progressOfUnit,
  rollUpOf,
  scopeOf,
  toIso,
  walk,
} from '../core/index.ts';
import type { Ledger } from './ledger.ts';

/** Where to go on. */
export interface Target {
  contentId: string;
  title: string;
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
  next: (Target & { path: string | undefined }) | null;
}

/** All of a learner's progress at a glance. */
export interface Overview {
  user: string | null;
  overall: { completed: number; total: number; progressPercentage: number };
  /** Every theme, course and module. */
  items: Record<string, ContainerSummary>;
  /** In reading order. */
  courses: CourseOverview[];
  /** Where the learner was last, in any course. */
  continue: (Target & { courseId: string; path: string | undefined }) | null;
}

/** Sums up a course for one learner. */
export function summarise(catalogue: Catalogue, ledger: Ledger, course: Item): CourseSummary {
  const { item: next } = continueAt(catalogue, ledger.book, course);
  const modules = [...walk(course.children)].filter((item) => !isUnit(item));
  return {
    courseId: course.id,
    title: course.title,
    ...summariseContainer(catalogue, ledger, course),
    next: next && targetOf(next),
    modules: modules.map((item) => {
      const { status, progressPercentage, completed, total } = summariseContainer(
        catalogue,
        ledger,
        item,
      );
      const units = unitSummaries(ledger, item);
      return { ...targetOf(item), status, progressPercentage, completed, total, units };
    }),
    units: unitSummaries(ledger, course),
  };
}

/** Sums up everything for one learner, or for nobody. */
export function overviewOf(catalogue: Catalogue, ledger: Ledger, user: string | null): Overview {
  const containers = [...walk(catalogue.roots)].filter((item) => !isUnit(item));
  const courses = coursesOf(catalogue);
  const last = lastVisited(catalogue, ledger, courses);
  const goOn = last && continueAt(catalogue, ledger.book, last).item;
  return {
    user,
    overall: overall(catalogue, ledger),
    items: Object.fromEntries(
      containers.map((item) => [item.id, summariseContainer(catalogue, ledger, item)]),
    ),
    courses: courses.map((course) => {
      const next = continueAt(catalogue, ledger.book, course).item;
      return {
        ...targetOf(course),
        path: course.path,
        ...summariseContainer(catalogue, ledger, course),
        next: next && { ...targetOf(next), path: next.path },
      };
    }),
    continue: last && goOn ? { courseId: last.id, ...targetOf(goOn), path: goOn.path } : null,
  };
}

function summariseContainer(catalogue: Catalogue, ledger: Ledger, item: Item): ContainerSummary {
  const progress = progressOfContainer(catalogue, ledger.book, item);
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

function unitSummaries(ledger: Ledger, container: Item): UnitSummary[] {
  return container.children.filter(isUnit).map((unit) => ({
    contentId: unit.id,
    contentType: unit.type as 'lesson' | 'exercise',
    title: unit.title,
    status: progressOfUnit(ledger.book, unit).status,
    optional: unit.optional ?? false,
  }));
}

/** The whole catalogue counted as a container would be. */
function overall(catalogue: Catalogue, { book }: Ledger): Overview['overall'] {
  const counts = catalogue.roots
    .filter((root) => !root.optional)
    .map((root) =>
      isUnit(root)
        ? { completed: progressOfUnit(book, root).status === 'completed' ? 1 : 0, total: 1 }
        : countOf(root, rollUpOf(catalogue, book, root)),
    );
  const completed = counts.reduce((sum, count) => sum + count.completed, 0);
  const total = counts.reduce((sum, count) => sum + count.total, 0);
  const progressPercentage = total > 0 ? Math.floor((100 * completed) / total) : 0;
  return { completed, total, progressPercentage };
}

/** What a learner takes as one course: courses, and outermost containers with units outside any. */
function coursesOf(catalogue: Catalogue): Item[] {
  const scopes = new Set(catalogue.units.flatMap((unit) => scopeOf(catalogue, unit)));
  return [...walk(catalogue.roots)].filter(
    (item) => !isUnit(item) && (item.type === 'course' || scopes.has(item)),
  );
}

/** The unfinished course that was visited last. */
function lastVisited(
  catalogue: Catalogue,
  ledger: Ledger,
  courses: readonly Item[],
): Item | undefined {
  const visits = courses.flatMap((course) => {
    const { lastAccessedAt } = progressOfContainer(catalogue, ledger.book, course);
    const open = continueAt(catalogue, ledger.book, course).item !== null;
    return lastAccessedAt !== null && open ? [{ course, lastAccessedAt }] : [];
  });
  return visits.sort((a, b) => b.lastAccessedAt - a.lastAccessedAt)[0]?.course;
}

function targetOf(item: Item): Target {
  return { contentId: item.id, title: item.title };
}
