import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import { createBook, progressOfUnit } from './book.ts';
import type { Item } from './catalogue.ts';
import { countsIn, createCatalogue, unitsOf } from './catalogue.ts';
import type { ContentData } from './content.ts';
import { contents } from './content.testing.ts';
import type { ItemState } from './item-state.ts';
import { UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import type { Moment } from './life.testing.ts';
import { BOOKKEEPING, live } from './life.testing.ts';
import type { Next } from './next.ts';
import { continueAt, next, openUnits } from './next.ts';
import type { UnitTruth } from './oracle.testing.ts';
import {
  allItems,
  allUnits,
  hasAttemptsLeft,
  isLeaf,
  raising,
  unitTruth,
} from './oracle.testing.ts';
import { happenings } from './world.testing.ts';

/** A learner somewhere in some content: at `from`, on the way through `course`. */
const places = fc
  .record({ content: contents, story: happenings, from: fc.nat(60), course: fc.nat(60) })
  .map(({ content, story, from, course }) => {
    const items = allItems(content);
    const moment = live({ content, story }, BOOKKEEPING);
    return {
      ...moment,
      from: items[from % items.length]!,
      course: items[course % items.length]!,
    };
  });

type Rule<Said> = (place: Moment & { course: Item; from: Item }) => Said;

/** A property of a rule, in all places, against what the naive rules say. */
const everywhere =
  <Said>(truth: (place: Moment & { course: ContentData; from: ContentData }) => Said) =>
  (rule: Rule<Said>) =>
    fc.property(places, (place) => {
      const { items } = place.catalogue;
      const [from, course] = [items.get(place.from.id)!, items.get(place.course.id)!];
      expectSame(rule({ ...place, from, course }), truth(place));
    });

describe('the open units of a course', () => {
  const ids = (units: readonly { id: string }[]) => units.map(({ id }) => id);
  const isOpen = ({ book }: Moment, unit: Item) =>
    progressOfUnit(book, unit).status !== 'completed';

  law(
    'are those whose completion would raise its sum',
    {
      holds: ({ catalogue, book, course }) =>
        ids([...openUnits(catalogue, book, { item: course })]),
      fails: {
        'containers that have enough not passed over': (place) =>
          ids(
            unitsOf(place.catalogue, place.course).filter(
              (unit) => countsIn(unit, place.course) && isOpen(place, unit),
            ),
          ),
        'optional units among them': (place) =>
          ids(unitsOf(place.catalogue, place.course).filter((unit) => isOpen(place, unit))),
        'begun units left out': ({ catalogue, book, course }) =>
          ids(
            [...openUnits(catalogue, book, { item: course })].filter(
              (unit) => progressOfUnit(book, unit).status === 'not-started',
            ),
          ),
      },
    },
    everywhere<string[]>(({ course, history }) => ids(raising(course, history))),
  );
});

interface Answer {
  id: string | null;
  reason: string;
}

const answer = ({ item, reason }: Next): Answer => ({ id: item?.id ?? null, reason });

describe('next', () => {
  law(
    'is the first open unit after the place, else the first of the course, what may not be tried again last, else none',
    {
      holds: ({ catalogue, book, course, from }) => answer(next(catalogue, book, { course, from })),
      fails: {
        'always the first of the course': ({ catalogue, book, course }) =>
          answer(next(catalogue, book, { course })),
        'nothing that was skipped': ({ catalogue, book, course, from }) => {
          const found = next(catalogue, book, { course, from });
          return answer(found.reason === 'skipped' ? { item: null, reason: 'done' } : found);
        },
        'an exercise without attempts left': ({ catalogue, book, course, from }) => {
          const other = withStates(book, () => ({ attempts: {} }));
          return answer(next(catalogue, other, { course, from }));
        },
        'the unit where one is already': ({ catalogue, book, course, from }) => {
          const before = { ...from, endUnit: from.firstUnit };
          return answer(next(catalogue, book, { course, from: before }));
        },
      },
    },
    everywhere<Answer>(({ content, course, from, history }) =>
      nextTruth({ content, course, from, history }),
    ),
  );

  test('without a place is the first open unit', () => {
    const catalogue = createCatalogue([course('a', 'b')]);
    expect(next(catalogue, createBook(), { course: catalogue.roots[0]! })).toEqual({
      item: catalogue.units[0],
      reason: 'ahead',
    });
  });

  test('keeps nobody at an exercise that may not be attempted again, but says that it is left', () => {
    const quiz: ContentData = { id: 'quiz', type: 'exercise', title: 'Quiz', attempts: 1 };
    const content = course('a');
    content.children!.unshift(quiz);
    const catalogue = createCatalogue([content]);
    const [whole] = catalogue.roots;
    const failed = { score: 0, passed: false, time: 9, version: 1 };
    const begun = { ...UNTOUCHED, started: 9, lastAccessed: 9 };
    const book = createBook([['quiz', { ...begun, attempts: { first: failed } }]]);
    expect(answer(next(catalogue, book, { course: whole! }))).toEqual({ id: 'a', reason: 'ahead' });
    expect(answer(continueAt(catalogue, book, whole!))).toEqual({ id: 'a', reason: 'ahead' });
    const done = { laptop: [{ seq: 2, time: 9, by: 'button' as const, version: 1 }] };
    book.states.set('a', { ...begun, done });
    book.rollUps.clear();
    expect(answer(continueAt(catalogue, book, whole!))).toEqual({ id: 'quiz', reason: 'skipped' });
  });
});

describe('continue', () => {
  law(
    'is the open unit in progress visited last that may be done, else the next after the one completed last',
    {
      holds: ({ catalogue, book, course }) => answer(continueAt(catalogue, book, course)),
      fails: {
        'visits forgotten': ({ catalogue, book, course }) => {
          const other = withStates(book, () => ({ lastAccessed: null }));
          return answer(continueAt(catalogue, other, course));
        },
        'the first open unit': ({ catalogue, book, course }) =>
          answer(next(catalogue, book, { course })),
        'an exercise without attempts left': ({ catalogue, book, course }) => {
          const other = withStates(book, () => ({ attempts: {} }));
          return answer(continueAt(catalogue, other, course));
        },
        'what was started again': ({ catalogue, book, course }) => {
          const other = withStates(book, (state) => ({ started: state.lastAccessed }));
          return answer(continueAt(catalogue, other, course));
        },
      },
    },
    everywhere<Answer>(({ content, course, history }) => {
      const open = raising(course, history).filter((unit) => hasAttemptsLeft(unit, history));
      const visited = latest(open, history, ({ begun, lastAccessed }) =>
        begun ? lastAccessed : null,
      );
      if (visited) return { id: visited.id, reason: 'ahead' };
      const completed = latest(allUnits(course), history, (truth) => truth.completedAt);
      return nextTruth({ content, course, from: completed, history });
    }),
  );

  test('of a course that nobody has begun is its first unit', () => {
    const catalogue = createCatalogue([course('a', 'b')]);
    expect(continueAt(catalogue, createBook(), catalogue.roots[0]!).item?.id).toBe('a');
  });

  test('of a course that was started again is its first unit', () => {
    const catalogue = createCatalogue([course('a', 'b')]);
    const again = { ...UNTOUCHED, epoch: 1, lastAccessed: 9 };
    const book = createBook([
      ['a', again],
      ['b', again],
    ]);
    expect(continueAt(catalogue, book, catalogue.roots[0]!).item?.id).toBe('a');
  });

  test('is where the learner was last, not what lies furthest on', () => {
    const catalogue = createCatalogue([course('a', 'b', 'c', 'd')]);
    const opened = (time: number) => ({ ...UNTOUCHED, started: time, lastAccessed: time });
    const visited = createBook([
      ['b', opened(9)],
      ['c', opened(5)],
    ]);
    expect(continueAt(catalogue, visited, catalogue.roots[0]!).item?.id).toBe('b');

    const completed = (time: number) => ({
      ...opened(time),
      done: { laptop: [{ seq: 1, time, by: 'button' as const, version: 1 }] },
    });
    const done = createBook([
      ['a', completed(9)],
      ['c', completed(5)],
    ]);
    expect(continueAt(catalogue, done, catalogue.roots[0]!).item?.id).toBe('b');
  });

  test('of units visited at the same time takes the one further on', () => {
    const catalogue = createCatalogue([course('a', 'b', 'c')]);
    const opened = { ...UNTOUCHED, started: 5, lastAccessed: 5 };
    const book = createBook([
      ['a', opened],
      ['b', opened],
    ]);
    expect(continueAt(catalogue, book, catalogue.roots[0]!).item?.id).toBe('b');
  });
});

/** The same learner's book, with something else in each state. */
function withStates(book: Book, change: (state: ItemState) => Partial<ItemState>): Book {
  const states = [...book.states].map(([id, state]) => {
    return [id, { ...state, ...change(state) }] as const;
  });
  return createBook(states);
}

function course(...ids: string[]): ContentData {
  const children = ids.map((id): ContentData => ({ id, type: 'lesson', title: id }));
  return { id: 'course', type: 'course', title: 'Course', children };
}

interface Truth extends Pick<Moment, 'content' | 'history'> {
  course: ContentData;
  from: ContentData | undefined;
}

function nextTruth({ content, course: whole, from, history }: Truth): Answer {
  const open = raising(whole, history);
  const items = allItems(content);
  const last = from && items.lastIndexOf(allItems([from]).at(-1)!);
  for (const units of [open.filter((unit) => hasAttemptsLeft(unit, history)), open]) {
    const ahead = units.find((unit) => last === undefined || items.indexOf(unit) > last);
    if (ahead) return { id: ahead.id, reason: 'ahead' };
    if (units[0]) return { id: units[0].id, reason: 'skipped' };
  }
  return { id: null, reason: 'done' };
}

function latest(
  units: readonly ContentData[],
  history: Moment['history'],
  timeOf: (truth: UnitTruth) => number | null,
): ContentData | undefined {
  const timed = units.filter(isLeaf).flatMap((unit) => {
    const time = timeOf(unitTruth(unit, history));
    return time === null ? [] : { unit, time };
  });
  const last = Math.max(...timed.map(({ time }) => time));
  return timed.findLast(({ time }) => time === last)?.unit;
}
