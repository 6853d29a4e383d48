import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import { apply, progressOf, rollUpOf, settle } from './book.ts';
import type { Catalogue } from './catalogue.ts';
import { ancestorsOf, createCatalogue } from './catalogue.ts';
import type { ContentData } from './content.ts';
import { next, openUnits } from './next.ts';
import type { Stamped } from './operation.ts';

/** A map that counts how often it is asked or changed. */
class CountingMap<T> extends Map<string, T> {
  touches = 0;
  override get(key: string) {
    this.touches++;
    return super.get(key);
  }
  override set(key: string, value: T) {
    this.touches++;
    return super.set(key, value);
  }
  override *[Symbol.iterator]() {
    for (const entry of super[Symbol.iterator]()) {
      this.touches++;
      yield entry;
    }
    return undefined;
  }
}

/** Theme, course, modules of ten lessons: always the same depth. */
function catalogueOf(units: number): Catalogue {
  const modules = Array.from({ length: units / 10 }, (_, m): ContentData => {
    const lessons = Array.from({ length: 10 }, (__, i): ContentData => {
      return { id: `m${m}-l${i}`, type: 'lesson', title: 'L' };
    });
    return { id: `m${m}`, type: 'module', title: 'M', children: lessons };
  });
  const course: ContentData = { id: 'c', type: 'course', title: 'C', children: modules };
  return createCatalogue([{ id: 't', type: 'theme', title: 'T', children: [course] }]);
}

function completed(contentId: string): Stamped {
  const origin = { device: 'laptop-one', seq: 1, contentId, time: 1, epoch: 0 };
  return { ...origin, kind: 'completed', by: 'button', version: 1 };
}

/** What one operation touches in the book of a learner who is in the middle of such a course. */
function touchesOf(units: number, rule: typeof apply): { states: number; rollUps: number } {
  const catalogue = catalogueOf(units);
  const book = { states: new CountingMap(), rollUps: new CountingMap() } satisfies Book;
  for (const unit of catalogue.units.slice(units / 2)) apply(catalogue, book, completed(unit.id));
  progressOf(catalogue, book, catalogue.roots[0]!);
  book.states.touches = book.rollUps.touches = 0;

  const unit = catalogue.units[0]!;
  rule(catalogue, book, completed(unit.id));
  for (const container of ancestorsOf(unit)) settle(catalogue, book, container);
  return { states: book.states.touches, rollUps: book.rollUps.touches };
}

describe('one operation in a course of 10,000 units', () => {
  const countingAgain: typeof apply = (catalogue, book, operation) => {
    const changed = apply(catalogue, book, operation);
    for (const each of ancestorsOf(catalogue.items.get(operation.contentId)!)) {
      book.rollUps.delete(each.id);
      rollUpOf(catalogue, book, each);
    }
    return changed;
  };

  test('touches as many states and roll-ups as in one of 10', () => {
    const touches = touchesOf(10_000, apply);
    expect(touches).toEqual(touchesOf(10, apply));
    expect(touches.states).toBeLessThan(20);
    expect(touches.rollUps).toBeLessThan(30);
  });

  test('touches more where sums are counted again: the measure sees it', () => {
    expect(touchesOf(10_000, countingAgain).rollUps).toBeGreaterThan(1000);
    expect(touchesOf(10, countingAgain).rollUps).toBeLessThan(100);
  });
});

describe('where to go next from the middle of a course of 10,000 units', () => {
  /** How many states are read to say it. */
  function readsOf(rule: typeof next): number {
    const catalogue = catalogueOf(10_000);
    const book = { states: new CountingMap(), rollUps: new CountingMap() } satisfies Book;
    const course = catalogue.items.get('c')!;
    rollUpOf(catalogue, book, course);
    book.states.touches = 0;
    const from = catalogue.units[5000]!;
    expect(rule(catalogue, book, { course, from }).item).toBe(catalogue.units[5001]);
    return book.states.touches;
  }

  test('reads what lies just ahead', () => {
    expect(readsOf(next)).toBeLessThan(10);
  });

  test('reads more where all open units are listed first: the measure sees it', () => {
    const listingAll: typeof next = (catalogue, book, { course, from }) => {
      const all = [...openUnits(catalogue, book, { item: course })];
      return { item: all.find((unit) => unit.firstUnit >= from!.endUnit)!, reason: 'ahead' };
    };
    expect(readsOf(listingAll)).toBeGreaterThan(9000);
  });
});
