import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import { createBook, progressOfContainer, progressOfUnit, rollUpOf } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { ancestorsOf, createCatalogue, isUnit } from './catalogue.ts';
import { contents } from './content.testing.ts';
import { absorb, UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import type { Bookkeeping } from './life.testing.ts';
import { BOOKKEEPING, live, stories } from './life.testing.ts';
import { allItems, containerTruth, isLeaf } from './oracle.testing.ts';
import type { ContainerProgress, RollUp } from './roll-up.ts';
import { addUp, containerProgress, given, NOTHING, replacePart, unitSums } from './roll-up.ts';

describe('sums raised by the difference', () => {
  const countsRight = (bookkeeping: Bookkeeping) =>
    fc.property(contents, stories, (content, story) => {
      live({ content, story }, bookkeeping, ({ content: edited, catalogue, book, history }) => {
        for (const data of allItems(edited).filter((each) => !isLeaf(each))) {
          const item = catalogue.items.get(data.id)!;
          // Looking must not put right what is wrong: only a copy of the book is asked.
          const counted = counts(catalogue, createBook(book.states, book.rollUps), item);
          expectSame(counted, counts(catalogue, createBook(book.states), item));
          expectSame(counted, containerTruth(data, history));
        }
      });
    });

  law(
    'equal sums counted from scratch after every step, whatever is edited',
    {
      holds: BOOKKEEPING,
      fails: {
        'sums that are only counted again when their content looks different': {
          ...BOOKKEEPING,
          recount: () => undefined,
        },
        'sums believed that were counted on other content': {
          ...BOOKKEEPING,
          recount: (catalogue, book) => {
            for (const [id, rollUp] of book.rollUps) {
              const countedAs = catalogue.items.get(id)?.countedAs ?? '';
              book.rollUps.set(id, { ...rollUp, countedAs });
            }
          },
        },
      },
    },
    countsRight,
  );

  law(
    'are what the parts of the roll-up make of them',
    {
      holds: by({}),
      fails: {
        'a sum that is raised without the part before': by({
          replace: (sums, _, after) => addUp([sums, after]),
        }),
        'optional items counted': by({
          give: (item, sums) => given({ ...item, optional: false }, sums),
        }),
        'more given than is enough': by({
          give: ({ atLeast, ...item }, sums) => given(item as Item, sums),
        }),
        'no more kept than is enough': by({
          keep: ({ atLeast = Infinity }, rollUp) => ({
            ...rollUp,
            completed: Math.min(rollUp.completed, atLeast),
          }),
        }),
        'an optional container that hides what was begun in it': by({
          give: (item, sums) =>
            item.optional ? { ...given(item, sums), begun: 0 } : given(item, sums),
        }),
      },
    },
    countsRight,
  );
});

describe('the progress of a container', () => {
  const number = fc.oneof(fc.nat(3), fc.nat(10_000));
  const shares = fc
    .tuple(number, number, fc.option(fc.integer({ min: 1, max: 10_000 })))
    .map(([one, other, atLeast]) => {
      const [completed, required] = [Math.min(one, other), Math.max(one, other)];
      const enough = atLeast !== null && atLeast <= required ? { atLeast } : {};
      return { completed, item: { ...empty, required, ...enough } };
    });

  law(
    'is a whole percentage, rounded down, and 100 only when all is done',
    {
      holds: containerProgress,
      fails: {
        'rounding to the nearest': withPercentage((share) => Math.round(share)),
        'a percentage that is not whole': withPercentage((share) => share),
        'an empty container that is done': (item, rollUp) => ({
          ...containerProgress(item, rollUp),
          ...(item.required === 0 && { progressPercentage: 100 }),
        }),
        'more than is enough': (item, rollUp) => {
          const { atLeast, ...uncapped } = item;
          const { total } = containerProgress(item, rollUp);
          return { ...containerProgress(uncapped, rollUp), total };
        },
      },
    },
    (progressOf: typeof containerProgress) =>
      fc.property(shares, ({ completed, item }) => {
        const progress = progressOf(item, { ...NOTHING, completed, countedAs: '', mark: null });
        const total = Math.min(item.required, item.atLeast ?? item.required);
        const done = Math.min(completed, total);
        const { progressPercentage: percentage, status } = progress;
        expect([progress.completed, progress.total]).toEqual([done, total]);
        expect(Number.isInteger(percentage)).toBe(true);
        expect(percentage * total).toBeLessThanOrEqual(100 * done);
        if (total > 0) expect((percentage + 1) * total).toBeGreaterThan(100 * done);
        expect(percentage === 100).toBe(total > 0 && done === total);
        expect(status === 'completed').toBe(percentage === 100);
        // Not settled: when it was finished is not known yet.
        expect(progress.completedAt).toBeNull();
      }),
  );

  test('of an empty one is not started, 0 of 0', () => {
    const catalogue = createCatalogue([{ id: 'c', type: 'course', title: 'C' }]);
    expect(progressOfContainer(catalogue, createBook(), catalogue.roots[0]!)).toEqual({
      status: 'not-started',
      completedAt: null,
      completedBy: null,
      completedVersion: null,
      startedAt: null,
      lastAccessedAt: null,
      progressPercentage: 0,
      score: null,
      data: null,
      timeSpentMs: 0,
      completed: 0,
      total: 0,
      newSinceCompletion: 0,
    });
  });

  test('is begun by an optional unit, which counts in no total', () => {
    const progress = containerProgress(
      { ...empty, required: 2 },
      { ...NOTHING, begun: 1, started: 5, lastAccessed: 8, countedAs: '', mark: null },
    );
    expect(progress).toMatchObject({ status: 'in-progress', startedAt: 5, lastAccessedAt: 8 });
    expect(progress).toMatchObject({ completed: 0, total: 2, progressPercentage: 0 });
  });

  test('has the rounded mean of the scores that are there', () => {
    const rollUp = { ...NOTHING, scoreSum: 75 + 76, scoreCount: 2, countedAs: '', mark: null };
    expect(containerProgress(empty, rollUp).score).toBe(76);
  });
});

const empty: Item = createCatalogue([{ id: 'c', type: 'course', title: 'C' }]).roots[0]!;

function withPercentage(percentage: (share: number) => number): typeof containerProgress {
  return (item, rollUp): ContainerProgress => {
    const progress = containerProgress(item, rollUp);
    const { completed, total } = progress;
    return {
      ...progress,
      progressPercentage: total > 0 ? percentage((100 * completed) / total) : 0,
    };
  };
}

interface Parts {
  replace: typeof replacePart;
  give: typeof given;
  keep: (container: Item, rollUp: RollUp) => RollUp;
}

/** Keeps books by a roll-up that is put together from its parts, so that one of them can be wrong. */
function by(wrong: Partial<Parts>): Bookkeeping {
  const parts = { replace: replacePart, give: given, keep: (_: Item, rollUp: RollUp) => rollUp };
  const { replace, give, keep } = { ...parts, ...wrong };
  const applyInParts: Bookkeeping['apply'] = (catalogue, book, operation) => {
    const { contentId } = operation;
    const unit = catalogue.items.get(contentId);
    const state = absorb(book.states.get(contentId) ?? UNTOUCHED, operation);
    if (!unit || !isUnit(unit)) {
      book.states.set(contentId, state);
      return [];
    }
    for (const each of ancestorsOf(unit)) rollUpOf(catalogue, book, each);
    let before = unitSums(unit, progressOfUnit(book, unit));
    book.states.set(contentId, state);
    let after = unitSums(unit, progressOfUnit(book, unit));
    let child = unit;
    for (const container of ancestorsOf(unit)) {
      const rollUp = rollUpOf(catalogue, book, container);
      const sums = replace(rollUp, give(child, before), give(child, after));
      book.rollUps.set(container.id, keep(container, { ...rollUp, ...sums }));
      [child, before, after] = [container, rollUp, sums];
    }
    return [];
  };
  return { ...BOOKKEEPING, apply: applyInParts };
}

function counts(catalogue: Catalogue, book: Book, item: Item) {
  const { completed, total, ...progress } = progressOfContainer(catalogue, book, item);
  const { progressPercentage: percentage, score, timeSpentMs: spent } = progress;
  return {
    completed,
    total,
    percentage,
    score,
    spent,
    begun: rollUpOf(catalogue, book, item).begun,
  };
}
