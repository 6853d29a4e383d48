import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import { createBook, progressOf, progressOfContainer } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { ancestorsOf, createCatalogue, isUnit, scopeOf, walk } from './catalogue.ts';
import { contents } from './content.testing.ts';
import type { ContentData } from './content.ts';
import { UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import { BOOKKEEPING, live, stories } from './life.testing.ts';
import { continueAt } from './next.ts';
import { toRecord } from './record.ts';
import type { ContainerSummary } from './summary.ts';
import { overviewOf, summarise } from './summary.ts';

/** Learners in the middle of their stories. */
const moments = fc
  .record({ content: contents, story: stories })
  .map((life) => live(life, BOOKKEEPING));

const containersOf = (items: readonly Item[]) => [...walk(items)].filter((each) => !isUnit(each));

describe('the summary of a course', () => {
  law(
    'says of every item what its record says',
    {
      holds: summarise,
      fails: {
        'no units outside modules': (...all) => ({ ...summarise(...all), units: [] }),
        'the outer modules only': (catalogue, book, course) => {
          const { modules, ...summary } = summarise(catalogue, book, course);
          const outer = new Set(course.children.map(({ id }) => id));
          return { ...summary, modules: modules.filter((each) => outer.has(each.contentId)) };
        },
        'completed units counted': (catalogue, book, course) => {
          const summary = summarise(catalogue, book, course);
          const units = [...summary.units, ...summary.modules.flatMap((each) => each.units)];
          const completed = units.filter(({ status }) => status === 'completed').length;
          return { ...summary, completed };
        },
        'the first unit as the next': (catalogue, book, course) => {
          const { item } = continueAt(catalogue, createBook(), course);
          const next = item && { contentId: item.id, title: item.title };
          return { ...summarise(catalogue, book, course), next };
        },
      },
    },
    (rule: typeof summarise) =>
      fc.property(moments, ({ catalogue, book }) => {
        for (const course of containersOf(catalogue.roots)) {
          const { courseId, title, modules, units, next, ...figures } = rule(
            catalogue,
            book,
            course,
          );
          expectSame([courseId, title], [course.id, course.title]);
          expectSame(figures, figuresOf(catalogue, book, course));
          expectSame(next?.contentId ?? null, continueAt(catalogue, book, course).item?.id ?? null);
          expectSame(
            modules.map(({ units: within, ...module }) => [module, within]),
            containersOf(course.children).map((item) => {
              const { status, progressPercentage, completed, total } = figuresOf(
                catalogue,
                book,
                item,
              );
              const module = { status, progressPercentage, completed, total };
              return [
                { contentId: item.id, title: item.title, ...module },
                unitsRightUnder(item, book),
              ];
            }),
          );
          expectSame(units, unitsRightUnder(course, book));
        }
      }),
  );
});

describe('an overview', () => {
  law(
    'says of every container what its record says, and goes on where the learner was last',
    {
      holds: overviewOf,
      fails: {
        'the first unfinished course': (...all) => {
          const { continue: _, ...overview } = overviewOf(...all);
          const open = overview.courses.find(({ next }) => next !== null);
          const place = open?.next && { courseId: open.contentId, ...open.next };
          return { ...overview, continue: place ?? null };
        },
        'courses without loose units': (...all) => {
          const [catalogue] = all;
          const overview = overviewOf(...all);
          const isCourse = (id: string) => catalogue.items.get(id)!.type === 'course';
          const courses = overview.courses.filter(({ contentId }) => isCourse(contentId));
          return { ...overview, courses };
        },
        'optional roots counted': (...all) => {
          const [catalogue, book] = all;
          const roots = catalogue.roots.map((root) => progressOf(catalogue, book, root));
          const overview = overviewOf(...all);
          const total = roots.reduce(
            (sum, each) => sum + ('total' in each ? (each.total as number) : 1),
            0,
          );
          return { ...overview, overall: { ...overview.overall, total } };
        },
      },
    },
    (rule: typeof overviewOf) =>
      fc.property(moments, ({ catalogue, book }) => {
        const overview = rule(catalogue, book, 'ada');
        const containers = containersOf(catalogue.roots);
        expectSame(
          overview.items,
          Object.fromEntries(containers.map((item) => [item.id, figuresOf(catalogue, book, item)])),
        );
        const scopes = new Set(catalogue.units.flatMap((unit) => scopeOf(catalogue, unit)));
        const courses = containers.filter((item) => item.type === 'course' || scopes.has(item));
        const nexts = courses.map((course) => continueAt(catalogue, book, course).item);
        expectSame(
          overview.courses.map(({ contentId, next }) => [contentId, next?.contentId ?? null]),
          courses.map((course, i) => [course.id, nexts[i]?.id ?? null]),
        );
        const visits = courses
          .map((course, i) => ({ course, next: nexts[i], at: visitTo(catalogue, book, course) }))
          .filter(({ next, at }) => next && at !== null);
        const last = visits.toSorted((a, b) => b.at! - a.at!)[0];
        expectSame(
          overview.continue && [overview.continue.courseId, overview.continue.contentId],
          last ? [last.course.id, last.next!.id] : null,
        );
        expectSame(overview.overall, overallOf(catalogue, book));
      }),
  );

  test('of a learner without progress leads nowhere, and has everything before it', () => {
    const lesson: ContentData = { id: 'bowline', type: 'lesson', title: 'The bowline' };
    const catalogue = createCatalogue([
      { id: 'knots', type: 'course', title: 'Knots', path: 'knots', children: [lesson] },
      { id: 'loose', type: 'lesson', title: 'Loose' },
    ]);
    const overview = overviewOf(catalogue, createBook(), null);
    expect(overview).toMatchObject({
      user: null,
      overall: { completed: 0, total: 2, progressPercentage: 0 },
      courses: [{ contentId: 'knots', path: 'knots', next: { contentId: 'bowline' } }],
      continue: null,
    });
    expect(overview.items['knots']).toMatchObject({ status: 'not-started', lastAccessedAt: null });
  });

  test('leads to the heading at which the learner stopped', () => {
    const saved = { data: { heading: 's-ends' }, time: 2, device: 'laptop', seq: 2 };
    const book = createBook([['loose', { ...UNTOUCHED, started: 1, lastAccessed: 2, saved }]]);
    const children: ContentData[] = [{ id: 'loose', type: 'lesson', title: 'Loose' }];
    const catalogue = createCatalogue([{ id: 'all', type: 'course', title: 'All', children }]);
    const overview = overviewOf(catalogue, book, 'ada');
    const place = { contentId: 'loose', title: 'Loose', path: undefined, heading: 's-ends' };
    expect(overview.courses[0]!.next).toEqual(place);
    expect(overview.continue).toEqual({ ...place, courseId: 'all' });
  });

  test('of an empty catalogue is empty', () => {
    expect(overviewOf(createCatalogue([]), createBook(), 'ada')).toEqual({
      user: 'ada',
      overall: { completed: 0, total: 0, progressPercentage: 0, score: null, timeSpentMs: 0 },
      items: {},
      courses: [],
      continue: null,
    });
  });

  test('counts units outside of everything', () => {
    const catalogue = createCatalogue([{ id: 'loose', type: 'lesson', title: 'Loose' }]);
    const done = { laptop: [{ seq: 1, time: 1, by: 'button' as const, version: 1 }] };
    const book = createBook([['loose', { ...UNTOUCHED, started: 1, done }]]);
    expect(overviewOf(catalogue, book, 'ada').overall).toEqual({
      completed: 1,
      total: 1,
      progressPercentage: 100,
      score: null,
      timeSpentMs: 0,
    });
  });
});

/** A container's figures as its record has them. */
function figuresOf(catalogue: Catalogue, book: Book, item: Item): ContainerSummary {
  const key = { id: null, userId: '', contentId: '', contentType: item.type, revision: 0 };
  const record = toRecord(key, progressOfContainer(catalogue, book, item));
  return {
    status: record.status,
    progressPercentage: record.progressPercentage,
    completed: record.completed!,
    total: record.total!,
    newSinceCompletion: record.newSinceCompletion!,
    score: record.score,
    completedAt: record.completedAt,
    lastAccessedAt: record.lastAccessedAt,
    timeSpentMs: record.timeSpentMs,
  };
}

function unitsRightUnder(container: Item, book: Book) {
  return container.children.filter(isUnit).map((unit) => ({
    contentId: unit.id,
    contentType: unit.type,
    title: unit.title,
    status: progressOf(createCatalogue([]), book, unit).status,
    optional: !!unit.optional,
  }));
}

function visitTo(catalogue: Catalogue, book: Book, course: Item): number | null {
  return progressOfContainer(catalogue, book, course).lastAccessedAt;
}

/** What a container around the whole catalogue would say. */
function overallOf(catalogue: Catalogue, book: Book) {
  const counts = catalogue.roots
    .filter((root) => !root.optional)
    .map((root) => {
      const progress = progressOf(catalogue, book, root);
      const done = progress.status === 'completed' ? 1 : 0;
      const { completed, total } = isUnit(root)
        ? { completed: done, total: 1 }
        : progressOfContainer(catalogue, book, root);
      return [completed, total] as const;
    });
  const completed = counts.reduce((sum, [each]) => sum + each, 0);
  const total = counts.reduce((sum, [, each]) => sum + each, 0);
  const units = catalogue.units.map((unit) => ({ unit, ...progressOf(catalogue, book, unit) }));
  const scores = units
    .filter(({ unit }) => unit.type === 'exercise')
    .filter(({ unit }) => [unit, ...ancestorsOf(unit)].every((each) => !each.optional))
    .flatMap(({ score }) => score ?? []);
  const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0);
  return {
    completed,
    total,
    progressPercentage: Math.floor((100 * completed) / (total || 1)),
    score: scores.length > 0 ? Math.round(sum(scores) / scores.length) : null,
    timeSpentMs: sum(units.map(({ timeSpentMs }) => timeSpentMs)),
  };
}
