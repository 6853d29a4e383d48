import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import { apply, createBook, progressOf, progressOfUnit, settle } from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { ancestorsOf, createCatalogue, unitsOf, walk } from './catalogue.ts';
import type { ContentData } from './content.ts';
import { contents } from './content.testing.ts';
import type { AddressedAct } from './expand.ts';
import { completing, reopening, restarting } from './expand.ts';
import { UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import { BOOKKEEPING, live, stories } from './life.testing.ts';
import { allItems, requiredUnits } from './oracle.testing.ts';
import { stamp } from './stamp.ts';

/** Somewhere in a learner's story, an item to complete, reopen or start again. */
const places = fc.record({ content: contents, story: stories, index: fc.nat(60) });

type Expand = (catalogue: Catalogue, book: Book, item: Item) => AddressedAct[];

/** Does what an item's expansion says, and lets `look` see what came of it. */
const after = (
  look: (place: { catalogue: Catalogue; book: Book; item: Item; content: ContentData[] }) => void,
) => {
  return (expand: Expand) =>
    fc.property(places, ({ content, story, index }) => {
      const { catalogue, book, content: edited } = live({ content, story }, BOOKKEEPING);
      const items = [...walk(catalogue.roots)];
      const item = items[index % items.length];
      if (!item) return;
      perform(catalogue, book, expand(catalogue, book, item));
      look({ catalogue, book, item, content: [...edited] });
    });
};

describe('completing an item by hand', () => {
  const byHand: Expand = (catalogue, book, item) =>
    completing(catalogue, book, { item, by: 'button' }).acts;

  law(
    'completes its required units and it',
    {
      holds: byHand,
      fails: {
        'its first open unit': (...all) => byHand(...all).slice(0, 1),
        'its children': (catalogue, book, item) =>
          byHand(catalogue, book, item).filter(({ contentId }) =>
            item.children.some(({ id }) => id === contentId),
          ),
      },
    },
    after(({ catalogue, book, item, content }) => {
      const data = allItems(content).find(({ id }) => id === item.id)!;
      const required = requiredUnits(data);
      for (const { id } of required) {
        expect(progressOfUnit(book, catalogue.items.get(id)!).status).toBe('completed');
      }
      if (required.length > 0) expect(progressOf(catalogue, book, item).status).toBe('completed');
    }),
  );

  law(
    'does nothing twice, and nothing to what is optional',
    {
      holds: byHand,
      fails: {
        'all its units': (catalogue, _, item) =>
          unitsOf(catalogue, item).map(({ id: contentId }) => {
            return { contentId, epoch: 0, kind: 'completed', by: 'button', version: 1 };
          }),
      },
    },
    (expand) =>
      fc.property(places, ({ content, story, index }) => {
        const moment = live({ content, story }, BOOKKEEPING);
        const { catalogue, book } = moment;
        const items = allItems(moment.content);
        const data = items[index % items.length];
        if (!data) return;
        const item = catalogue.items.get(data.id)!;
        const required = requiredUnits(data).map(({ id }) => id);
        const acts = expand(catalogue, book, item);
        for (const { contentId } of acts) {
          expect(required).toContain(contentId);
          const unit = catalogue.items.get(contentId)!;
          expect(progressOfUnit(book, unit).status).not.toBe('completed');
        }
      }),
  );

  test('leaves exercises with questions open, and says which', () => {
    const catalogue = createCatalogue([
      {
        id: 'c',
        type: 'course',
        title: 'C',
        children: [
          { id: 'a', type: 'lesson', title: 'A', version: 3 },
          { id: 'b', type: 'lesson', title: 'B' },
          { id: 'q', type: 'exercise', title: 'Q', graded: true },
        ],
      },
    ]);
    const [item] = catalogue.roots;
    const { acts, open } = completing(catalogue, createBook(), { item: item!, by: 'api' });
    const act = { epoch: 0, kind: 'completed', by: 'api' };
    expect(acts).toEqual([
      { ...act, contentId: 'a', version: 3 },
      { ...act, contentId: 'b', version: 1 },
    ]);
    expect(open).toEqual([catalogue.items.get('q')]);
  });
});

describe('reopening an item', () => {
  law(
    'leaves none of its units completed, whatever ids they were completed under',
    {
      holds: reopening,
      fails: {
        'the ids that units have now': (catalogue, ...rest) =>
          reopening(catalogue, ...rest).filter(
            ({ contentId }) => catalogue.items.get(contentId)!.id === contentId,
          ),
        'its required units': (catalogue, book, item) =>
          reopening(catalogue, book, item).filter(
            ({ contentId }) => !catalogue.items.get(contentId)!.optional,
          ),
      },
    },
    after(({ catalogue, book, item }) => {
      for (const unit of unitsOf(catalogue, item)) {
        expect(progressOfUnit(book, unit).status).not.toBe('completed');
      }
      expectSame(reopening(catalogue, book, item), []);
    }),
  );
});

describe('starting an item again', () => {
  law(
    'leaves all its units as if never begun, whatever ids they were begun under',
    {
      holds: restarting,
      fails: {
        'the ids that units have now': (catalogue, ...rest) =>
          restarting(catalogue, ...rest).filter(
            ({ contentId }) => catalogue.items.get(contentId)!.id === contentId,
          ),
        'what is completed': (catalogue, book, item) =>
          reopening(catalogue, book, item).map(({ contentId, epoch }) => {
            return { contentId, epoch, kind: 'restarted' };
          }),
      },
    },
    after(({ catalogue, book, item }) => {
      for (const unit of unitsOf(catalogue, item)) {
        const { status, progressPercentage, score, data } = progressOfUnit(book, unit);
        expectSame([status, progressPercentage, score, data], ['not-started', 0, null, null]);
      }
      expectSame(restarting(catalogue, book, item), []);
    }),
  );
});

function perform(catalogue: Catalogue, book: Book, acts: readonly AddressedAct[]): void {
  acts.forEach((act, i) => {
    const { contentId } = act;
    const item = catalogue.items.get(contentId)!;
    const state = book.states.get(contentId) ?? UNTOUCHED;
    const operation = { ...act, device: 'tablet-two', seq: i + 1, at: 0 };
    apply(catalogue, book, stamp(operation, { item, state, time: 0 }));
    for (const container of ancestorsOf(item)) settle(catalogue, book, container);
  });
}
