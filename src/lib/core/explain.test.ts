import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBook, progressOf, progressOfContainer, progressOfUnit } from './book.ts';
import { createCatalogue, isUnit, unitsOf, walk } from './catalogue.ts';
import type { ContentData } from './content.ts';
import { contents } from './content.testing.ts';
import { explain } from './explain.ts';
import type { ItemState } from './item-state.ts';
import { UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import { BOOKKEEPING, live, stories } from './life.testing.ts';
import { allItems, raising } from './oracle.testing.ts';

describe('an explanation', () => {
  law(
    'tells of every unit once: done, left or free; left is what would raise the sum',
    {
      holds: explain,
      fails: {
        'only what is left': (...all) => ({ ...explain(...all), free: [] }),
        'optional units left to do': (...all) => {
          const { left, free, ...counts } = explain(...all);
          return { ...counts, left: [...left, ...free], free: [] };
        },
        'the units below, whatever is enough': (catalogue, book, item) => {
          const { left, free } = explain(catalogue, book, item);
          const total = unitsOf(catalogue, item).length;
          return { left, free, completed: total - left.length - free.length, total };
        },
      },
    },
    (rule: typeof explain) =>
      fc.property(contents, stories, (content, story) => {
        const moment = live({ content, story }, BOOKKEEPING);
        const { catalogue, book, history } = moment;
        for (const item of walk(catalogue.roots)) {
          const { completed, total, left, free } = rule(catalogue, book, item);
          const units = unitsOf(catalogue, item);
          const open = units.filter((unit) => progressOfUnit(book, unit).status !== 'completed');
          const told = [...left, ...free].map((each) => each.item.firstUnit);
          expectSame(
            told.toSorted((a, b) => a - b),
            open.map((unit) => unit.firstUnit),
          );
          const data = allItems(moment.content).find(({ id }) => id === item.id)!;
          expectSame(
            left.map((each) => each.item.id),
            raising(data, history).map(({ id }) => id),
          );
          const { progressPercentage } = progressOf(catalogue, book, item);
          if (isUnit(item)) expectSame([completed, total], [1 - open.length, 1]);
          else expect(Math.floor((100 * completed) / (total || 1))).toBe(progressPercentage);
        }
      }),
  );

  describe('says why', () => {
    const lesson = (id: string): ContentData => ({ id, type: 'lesson', title: id });
    const begun: ItemState = { ...UNTOUCHED, started: 1 };
    const done: ItemState = {
      ...begun,
      done: { laptop: [{ seq: 1, time: 1, by: 'button', version: 1 }] },
    };
    const reasons = (children: ContentData[], ...states: [string, ItemState][]) => {
      const catalogue = createCatalogue([{ id: 'c', type: 'course', title: 'C', children }]);
      const { left, free } = explain(catalogue, createBook(states), catalogue.roots[0]!);
      const byId = (all: typeof left) =>
        Object.fromEntries(all.map(({ item, reason }) => [item.id, reason]));
      return { left: byId(left), free: byId(free) };
    };

    test('a unit is left: untouched or begun', () => {
      expect(reasons([lesson('a'), lesson('b')], ['b', begun])).toEqual({
        left: { a: 'untouched', b: 'begun' },
        free: {},
      });
    });

    test('a unit need not be done: optional, or enough is done beside it', () => {
      const some: ContentData = {
        id: 'm',
        type: 'module',
        title: 'M',
        atLeast: 1,
        children: [lesson('b'), lesson('d')],
      };
      expect(reasons([{ ...lesson('a'), optional: true }, some], ['d', done])).toEqual({
        left: {},
        free: { a: 'optional', b: 'enough' },
      });
    });

    test('a unit is left in a finished course: reopened, or new since', () => {
      const catalogue = createCatalogue([
        { id: 'c', type: 'course', title: 'C', children: [lesson('a'), lesson('b')] },
      ]);
      const book = createBook();
      const course = catalogue.roots[0]!;
      progressOfContainer(catalogue, book, course);
      book.rollUps.set('c', { ...book.rollUps.get('c')!, mark: { at: 1, reopened: ['b'] } });
      expect(explain(catalogue, book, course).left.map(({ reason }) => reason)).toEqual([
        'new',
        'reopened',
      ]);
    });
  });
});
