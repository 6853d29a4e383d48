import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import {
  apply,
  createBook,
  isFresh,
  isNewlyFull,
  progressOf,
  recount,
  rollUpOf,
  settle,
} from './book.ts';
import type { Catalogue } from './catalogue.ts';
import { ancestorsOf, createCatalogue, walk } from './catalogue.ts';
import type { ContentData } from './content.ts';
import { contents } from './content.testing.ts';
import { absorb, UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import { BOOKKEEPING, live } from './life.testing.ts';
import type { Stamped } from './operation.ts';
import { happenings } from './world.testing.ts';

type Apply = typeof apply;

const lessons = ['a', 'b'].map((id): ContentData => ({ id, type: 'lesson', title: id }));
const catalogueOf = (...children: ContentData[]) =>
  createCatalogue([{ id: 'c', type: 'course', title: 'C', children }]);

describe('applying an operation', () => {
  law(
    'names every item whose progress changes by it',
    {
      holds: apply,
      fails: {
        "the operation's own item alone": (...all) => apply(...all).slice(0, 1),
        'the innermost container alone': (...all) => apply(...all).slice(0, 2),
      },
    },
    (rule: Apply) =>
      fc.property(contents, happenings, (content, story) => {
        const watched: Apply = (catalogue, book, operation) => {
          const before = allProgress(catalogue, book);
          const named = rule(catalogue, book, operation);
          const items = new Set(named.map((id) => catalogue.items.get(id)?.id));
          for (const [id, progress] of allProgress(catalogue, book)) {
            if (!items.has(id)) expectSame(progress, before.get(id));
          }
          return named;
        };
        live({ content, story }, { ...BOOKKEEPING, apply: watched });
      }),
  );

  law(
    'a second time changes nothing and says so',
    {
      holds: apply,
      fails: {
        'operations that are not compared': (...all) => [...apply(...all), all[2].contentId],
      },
    },
    (rule: Apply) =>
      fc.property(contents, happenings, (content, story) => {
        const twice: Apply = (catalogue, book, operation) => {
          const named = rule(catalogue, book, operation);
          const once = canonicalBook(book);
          expectSame(rule(catalogue, book, operation), []);
          expectSame(canonicalBook(book), once);
          return named;
        };
        live({ content, story }, { ...BOOKKEEPING, apply: twice });
      }),
  );

  law(
    "needs no more of the book than the item's own ids and the containers around it",
    {
      holds: apply,
      fails: {
        'counting again instead of raising': (catalogue, book, operation) => {
          const item = catalogue.items.get(operation.contentId);
          const named = apply(catalogue, book, operation);
          for (const each of item ? ancestorsOf(item) : []) {
            book.rollUps.delete(each.id);
            rollUpOf(catalogue, book, each);
          }
          return named;
        },
      },
    },
    (rule: Apply) =>
      fc.property(contents, happenings, (content, story) => {
        const excerpted: Apply = (catalogue, book, operation) => {
          const item = catalogue.items.get(operation.contentId);
          const around = item ? ancestorsOf(item) : [];
          for (const each of around) rollUpOf(catalogue, book, each);
          const excerpt = createBook(
            [...book.states].filter(([id]) => catalogue.items.get(id) === item),
            [...book.rollUps].filter(([id]) => around.some((each) => each.id === id)),
          );
          const named = rule(catalogue, book, operation);
          expectSame(rule(catalogue, excerpt, operation), named);
          for (const each of around) {
            expectSame(excerpt.rollUps.get(each.id), book.rollUps.get(each.id));
          }
          return named;
        };
        live({ content, story }, { ...BOOKKEEPING, apply: excerpted });
      }),
  );

  test('to an id that nobody knows keeps its state and counts it nowhere until it is known', () => {
    const book = createBook();
    const [without, withIt] = [catalogueOf(), catalogueOf(lessons[0]!)];
    expect(apply(without, book, completed('a'))).toEqual(['a']);
    expect(progressOf(without, book, without.roots[0]!).progressPercentage).toBe(0);
    expect(progressOf(withIt, book, withIt.roots[0]!).progressPercentage).toBe(100);
  });

  test('to a container, which a device took for a lesson, keeps its state and counts it nowhere', () => {
    const book = createBook();
    expect(apply(catalogueOf(), book, completed('c'))).toEqual(['c']);
    expect(book.states.get('c')).toEqual(absorb(UNTOUCHED, completed('c')));
  });
});

describe('bringing a book to another catalogue', () => {
  const [whole, part] = [catalogueOf(...lessons), catalogueOf(lessons[0]!)];

  test('names the containers that were counted on other content', () => {
    const book = createBook();
    rollUpOf(whole, book, whole.roots[0]!);
    expect(recount(whole, book)).toEqual([]);
    expect(recount(part, book)).toEqual(['c']);
    expect(recount(part, book)).toEqual([]);
  });

  test('counts what was done to a lesson while it was away', () => {
    const book = createBook();
    rollUpOf(whole, book, whole.roots[0]!);
    recount(part, book);
    apply(part, book, completed('b'));
    recount(whole, book);
    expect(progressOf(whole, book, whole.roots[0]!)).toMatchObject({ completed: 1, total: 2 });
  });

  test('counts what was done to a lesson while its container was away', () => {
    const book = createBook();
    rollUpOf(whole, book, whole.roots[0]!);
    const bare = createCatalogue(lessons);
    expect(recount(bare, book)).toEqual(['c']);
    expect(recount(bare, book)).toEqual([]);
    apply(bare, book, completed('b'));
    expect(recount(whole, book)).toEqual(['c']);
    expect(progressOf(whole, book, whole.roots[0]!)).toMatchObject({ completed: 1, total: 2 });
  });
});

describe('bringing a book to a catalogue in which a container', () => {
  const whole = catalogueOf(...lessons);
  const begin = () => {
    const book = createBook();
    rollUpOf(whole, book, whole.roots[0]!);
    return book;
  };

  test('has another id leaves the sums under the old id to be counted again', () => {
    const book = begin();
    const renamed = createCatalogue([
      { id: 'd', aliases: ['c'], type: 'course', title: 'C', children: lessons },
    ]);
    expect(recount(renamed, book)).toEqual(['c']);
    expect(recount(renamed, book)).toEqual([]);
    apply(renamed, book, completed('a'));
    recount(whole, book);
    expect(progressOf(whole, book, whole.roots[0]!)).toMatchObject({ completed: 1, total: 2 });
  });

  test('is a lesson leaves its sums to be counted again', () => {
    const book = begin();
    const asLesson = createCatalogue([{ id: 'c', type: 'lesson', title: 'C' }, ...lessons]);
    expect(recount(asLesson, book)).toEqual(['c']);
    expect(book.rollUps.get('c')!.countedAs).toBe('');
  });
});

test('the progress on a unit is its own, on a container with how much of it is done', () => {
  const catalogue = catalogueOf(...lessons);
  const book = createBook();
  apply(catalogue, book, completed('a'));
  const of = (id: string) => progressOf(catalogue, book, catalogue.items.get(id)!);
  expect(of('a')).toMatchObject({ progressPercentage: 100, completedBy: 'button' });
  expect(of('a')).not.toHaveProperty('total');
  expect(of('c')).toMatchObject({ progressPercentage: 50, completed: 1, total: 2 });
});

describe('a roll-up', () => {
  const catalogue = catalogueOf(...lessons);
  const course = catalogue.roots[0]!;

  test('is fresh while its subtree is what it was counted on', () => {
    const book = createBook();
    const rollUp = rollUpOf(catalogue, book, course);
    expect(isFresh(course, rollUp)).toBe(true);
    expect(isFresh({ ...course, countedAs: 'before' }, rollUp)).toBe(false);
    expect(isFresh(course, undefined)).toBe(false);
    expect(rollUpOf(catalogue, book, course)).toBe(rollUp);
  });

  test('is newly full from the last completion until it is settled', () => {
    const book = createBook();
    const newlyFull = () => isNewlyFull(course, rollUpOf(catalogue, book, course));
    apply(catalogue, book, completed('a'));
    expect(newlyFull()).toBe(false);
    apply(catalogue, book, completed('b'));
    expect(newlyFull()).toBe(true);
    settle(catalogue, book, course);
    expect(newlyFull()).toBe(false);
  });
});

function allProgress(catalogue: Catalogue, book: Book): Map<string, unknown> {
  const copy = createBook(book.states, book.rollUps);
  const items = [...walk(catalogue.roots)];
  return new Map(items.map((item) => [item.id, progressOf(catalogue, copy, item)]));
}

function canonicalBook(book: Book): unknown {
  const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
  return [[...book.states].sort(byKey), [...book.rollUps].sort(byKey)];
}

function completed(contentId: string): Stamped {
  const origin = { device: 'laptop-one', seq: 1, contentId, time: 1, epoch: 0 };
  return { ...origin, kind: 'completed', by: 'button', version: 1 };
}
