import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from './book.ts';
import {
  apply,
  createBook,
  isNewlyFull,
  progressOf,
  progressOfContainer,
  recount,
  rollUpOf,
  settle,
} from './book.ts';
import type { Catalogue, Item } from './catalogue.ts';
import { ancestorsOf, createCatalogue, isUnit, walk } from './catalogue.ts';
import type { ContentData } from './content.ts';
import { contents } from './content.testing.ts';
import { createMarkKeeper } from './finished-mark.testing.ts';
import { expectSame, law } from './laws.testing.ts';
import type { Bookkeeping, Moment } from './life.testing.ts';
import { afterFinishing, BOOKKEEPING, live, stories } from './life.testing.ts';
import type { Stamped } from './operation.ts';
import type { Mark } from './roll-up.ts';
import { isFull } from './roll-up.ts';
import { STATUSES } from './unit-progress.ts';

/** After every edit all containers are looked at, and what was found is kept. */
const observed: Bookkeeping = {
  ...BOOKKEEPING,
  recount: (catalogue, book) => {
    recount(catalogue, book);
    for (const item of walk(catalogue.roots)) progressOf(catalogue, book, item);
  },
};

const mutants = {
  'an edit that takes marks back': {
    ...observed,
    recount: (catalogue, book) => {
      book.rollUps.clear();
      observed.recount(catalogue, book);
    },
  },
  'a mark that lasts while the sums are full': {
    ...observed,
    ...changingMarks((mark, isNowFull) => (isNowFull ? mark : null)),
  },
  'a mark whose reopened units are never forgotten': {
    ...observed,
    settle: (catalogue, book, container) => {
      const before = rollUpOf(catalogue, book, container).mark;
      settle(catalogue, book, container);
      if (before) setMark(book, container.id, before);
    },
  },
  'a mark made in the middle of a transaction': {
    ...observed,
    apply: (catalogue, book, operation) => {
      const changed = apply(catalogue, book, operation);
      for (const each of around(catalogue, operation)) settle(catalogue, book, each);
      return changed;
    },
  },
  'every open unit that is touched noted as reopened': {
    ...observed,
    apply: (catalogue, book, operation) => {
      const changed = apply(catalogue, book, operation);
      const unit = catalogue.items.get(operation.contentId);
      for (const each of around(catalogue, operation)) {
        const { mark } = rollUpOf(catalogue, book, each);
        if (!mark || progressOf(catalogue, book, unit!).status === 'completed') continue;
        setMark(book, each.id, { ...mark, reopened: [...mark.reopened, unit!.id] });
      }
      return changed;
    },
  },
  'the moment of settling as date': {
    ...observed,
    ...changingMarks((mark) => mark && { ...mark, at: mark.at + 1 }),
  },
} satisfies Record<string, Bookkeeping>;

describe('the finished mark of a container', () => {
  law(
    'is made and kept as the rules say, whatever is done and edited',
    { holds: observed, fails: mutants },
    (bookkeeping) =>
      fc.property(contents, stories, (content, story) => {
        const keeper = createMarkKeeper();
        live({ content, story: afterFinishing(content, story) }, bookkeeping, (moment) => {
          keeper.look(moment);
          forEachContainer(moment, (container, book) => {
            const rollUp = rollUpOf(moment.catalogue, book, container);
            const progress = progressOfContainer(moment.catalogue, book, container);
            const mark = rollUp.mark && {
              ...rollUp.mark,
              reopened: rollUp.mark.reopened.toSorted(),
            };
            expectSame(mark, keeper.markOf(container.id));
            const { status, completedAt, newSinceCompletion } = progress;
            expectSame(
              { status, completedAt, newSinceCompletion },
              keeper.shownOf(moment, container.id),
            );
          });
        });
      }),
  );

  law(
    'outlives every edit: what was completed stays completed, at its date or an earlier one',
    {
      holds: observed,
      fails: pick('an edit that takes marks back', 'a mark that lasts while the sums are full'),
    },
    (bookkeeping) =>
      fc.property(contents, stories, (content, story) => {
        let before = new Map<string, { completedAt: number | null }>();
        live({ content, story: afterFinishing(content, story) }, bookkeeping, (moment) => {
          const { catalogue, book, transaction } = moment;
          for (const [id, { completedAt }] of transaction ? [] : before) {
            const item = catalogue.items.get(id);
            // Merged into a container of which the learner has taken something back.
            if (!item || book.rollUps.get(item.id)?.mark?.reopened.length) continue;
            const now = progressOf(catalogue, book, item);
            expect(now.status).toBe('completed');
            expect(now.completedAt).toBeLessThanOrEqual(completedAt!);
          }
          before = new Map(
            [...catalogue.items].flatMap(([id, item]) => {
              const progress = progressOf(catalogue, book, item);
              return progress.status === 'completed' ? [[id, progress]] : [];
            }),
          );
        });
      }),
  );

  law(
    'is lost by nothing that a learner does but reopening and starting again',
    { holds: observed, fails: pick('every open unit that is touched noted as reopened') },
    (bookkeeping) =>
      fc.property(contents, stories, (content, story) => {
        let before = new Map<string, number>();
        live(
          { content, story: afterFinishing(content, story) },
          bookkeeping,
          ({ catalogue, book, transaction }) => {
            const ranks = new Map(
              [...walk(catalogue.roots)].map((item) => {
                return [item.id, STATUSES.indexOf(progressOf(catalogue, book, item).status)];
              }),
            );
            const learned = transaction?.every(
              ({ kind }) => kind !== 'reopened' && kind !== 'restarted',
            );
            if (learned) {
              for (const [id, rank] of before) expect(ranks.get(id)).toBeGreaterThanOrEqual(rank);
            }
            before = ranks;
          },
        );
      }),
  );
});

describe('settling a mark', () => {
  law(
    'needs no more of the book than the transaction changed, unless the sums are newly full',
    {
      holds: settle,
      fails: {
        'counting again': (catalogue, book, container) => {
          book.rollUps.set(container.id, { ...book.rollUps.get(container.id)!, countedAs: '' });
          settle(catalogue, book, container);
        },
      },
    },
    (rule: typeof settle) =>
      fc.property(contents, stories, (content, story) => {
        const touched = new Set<string>();
        const excerpting: Bookkeeping = {
          ...observed,
          apply: (catalogue, book, operation) => {
            for (const id of catalogue.items.get(operation.contentId)?.ids ?? []) touched.add(id);
            return apply(catalogue, book, operation);
          },
          settle: (catalogue, book, container) => {
            const rollUp = rollUpOf(catalogue, book, container);
            const excerpt = createBook(
              [...book.states].filter(([id]) => touched.has(id) || container.ids.includes(id)),
              [[container.id, rollUp]],
            );
            rule(catalogue, book, container);
            if (isNewlyFull(container, rollUp)) return;
            rule(catalogue, excerpt, container);
            expectSame(excerpt.rollUps.get(container.id), book.rollUps.get(container.id));
          },
        };
        live({ content, story: afterFinishing(content, story) }, excerpting, () => touched.clear());
      }),
  );
});

describe('a finished course', () => {
  const lessons = (count: number): ContentData[] =>
    Array.from({ length: count }, (_, i) => ({ id: `l${i}`, type: 'lesson', title: `${i}` }));
  const courseOf = (...children: ContentData[]) =>
    createCatalogue([{ id: 'c', type: 'course', title: 'C', children }]);
  const shown = (catalogue: Catalogue, book: Book) =>
    progressOfContainer(catalogue, book, catalogue.roots[0]!);

  test('to which two lessons are added stays completed at its date, 48 of 50, 96 percent', () => {
    const book = createBook();
    const ids = lessons(48).map(({ id }) => id);
    transact(courseOf(...lessons(48)), book, ...ids.map((id, i) => completed(id, 100 + i)));
    const longer = courseOf(...lessons(50));
    expect(shown(longer, book)).toMatchObject({
      status: 'completed',
      completedAt: 147,
      completed: 48,
      total: 50,
      progressPercentage: 96,
      newSinceCompletion: 2,
    });
    transact(longer, book, completed('l48', 900), completed('l49', 901));
    expect(shown(longer, book)).toMatchObject({
      completedAt: 147,
      progressPercentage: 100,
      newSinceCompletion: 0,
    });
  });

  test('was finished at the latest completion that counts, whenever that was told', () => {
    const book = createBook();
    const extra: ContentData = { ...lessons(1)[0]!, id: 'extra', optional: true };
    const catalogue = courseOf(...lessons(2), extra);
    transact(catalogue, book, completed('extra', 900), completed('l0', 500));
    transact(catalogue, book, completed('l1', 300));
    expect(shown(catalogue, book)).toMatchObject({ status: 'completed', completedAt: 500 });
  });

  test('is in progress while a lesson of it is reopened, then completed at its old date', () => {
    const book = createBook();
    const catalogue = courseOf(...lessons(2));
    transact(catalogue, book, completed('l0', 1), completed('l1', 2));
    transact(catalogue, book, reopened('l0'));
    expect(shown(catalogue, book)).toMatchObject({
      status: 'in-progress',
      completedAt: null,
      newSinceCompletion: 0,
    });
    transact(catalogue, book, { ...completed('l0', 50), seq: 2 });
    expect(shown(catalogue, book)).toMatchObject({ status: 'completed', completedAt: 2 });
  });

  test('forgets a reopened lesson that is completed again, while others are open', () => {
    const book = createBook();
    const catalogue = courseOf(...lessons(3));
    transact(catalogue, book, ...['l0', 'l1', 'l2'].map((id) => completed(id, 1)));
    transact(catalogue, book, reopened('l0'), reopened('l1'));
    transact(catalogue, book, { ...completed('l0', 50), seq: 2 });
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 1, reopened: ['l1'] });
  });

  test('notes a reopened lesson only where it lowers the sum', () => {
    const book = createBook();
    const some: ContentData = {
      id: 'm',
      type: 'module',
      title: 'M',
      atLeast: 1,
      children: lessons(2),
    };
    const catalogue = courseOf(some, lessons(3)[2]!);
    transact(catalogue, book, ...['l0', 'l1', 'l2'].map((id) => completed(id, 1)));
    transact(catalogue, book, reopened('l2'), reopened('l0'));
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 1, reopened: ['l2'] });
    transact(catalogue, book, reopened('l1'));
    expect(book.rollUps.get('m')!.mark).toEqual({ at: 1, reopened: ['l1'] });
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 1, reopened: ['l2', 'l1'] });
  });

  test.each<[string, ContentData[]]>([
    ['removed', []],
    ['optional', [{ ...lessons(1)[0]!, optional: true }]],
    ['a module', [{ ...lessons(1)[0]!, type: 'module' }]],
  ])('forgets a reopened lesson that does not count any more, because it is %s', (_, instead) => {
    const book = createBook();
    const three = courseOf(...lessons(3));
    transact(three, book, ...['l0', 'l1', 'l2'].map((id) => completed(id, 1)));
    transact(three, book, reopened('l0'), reopened('l1'));
    const catalogue = courseOf(...instead, ...lessons(3).slice(1));
    expect(shown(catalogue, book).status).toBe('in-progress');
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 1, reopened: ['l1'] });
  });

  test('forgets a reopened lesson that has moved away', () => {
    const book = createBook();
    const three = courseOf(...lessons(3));
    transact(three, book, ...['l0', 'l1', 'l2'].map((id) => completed(id, 1)));
    transact(three, book, reopened('l0'), reopened('l1'));
    const course = { id: 'c', type: 'course' as const, title: 'C', children: lessons(3).slice(1) };
    const catalogue = createCatalogue([course, ...lessons(1)]);
    expect(shown(catalogue, book).newSinceCompletion).toBe(0);
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 1, reopened: ['l1'] });
  });

  test('still knows what was reopened when that lesson gets another id', () => {
    const book = createBook();
    const two = courseOf(...lessons(2));
    transact(two, book, completed('l0', 1), completed('l1', 2));
    transact(two, book, reopened('l0'));
    const renamed: ContentData = { ...lessons(1)[0]!, id: 'new', aliases: ['l0'] };
    const catalogue = courseOf(renamed, lessons(2)[1]!);
    expect(shown(catalogue, book).status).toBe('in-progress');
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 2, reopened: ['new'] });
  });

  test('keeps its mark when its own id changes', () => {
    const book = createBook();
    transact(courseOf(...lessons(1)), book, completed('l0', 7));
    const catalogue = createCatalogue([
      { id: 'renamed', aliases: ['c'], type: 'course', title: 'C', children: lessons(2) },
    ]);
    expect(shown(catalogue, book)).toMatchObject({ status: 'completed', completedAt: 7 });
  });

  test('keeps the certificate that its mark names: reopened, completed again, renamed', () => {
    const book = createBook();
    const catalogue = courseOf(...lessons(1));
    transact(catalogue, book, completed('l0', 7));
    setMark(book, 'c', { at: 7, reopened: [], certificate: 'proof' });
    transact(catalogue, book, reopened('l0'));
    expect(book.rollUps.get('c')!.mark).toEqual({ at: 7, reopened: ['l0'], certificate: 'proof' });
    transact(catalogue, book, { ...completed('l0', 50), seq: 2 });
    const renamed = createCatalogue([
      { id: 'renamed', aliases: ['c'], type: 'course', title: 'C', children: lessons(2) },
    ]);
    shown(renamed, book);
    const mark = { at: 7, reopened: [], certificate: 'proof' };
    expect(book.rollUps.get('c')!.mark).toEqual(mark);
    expect(book.rollUps.get('renamed')!.mark).toEqual(mark);
  });

  test('that was a lesson when it was completed stays completed at that date', () => {
    const book = createBook();
    transact(createCatalogue(lessons(1)), book, completed('l0', 7));
    const catalogue = createCatalogue([
      { id: 'l0', type: 'module', title: 'L', children: lessons(3).slice(1) },
    ]);
    expect(shown(catalogue, book)).toMatchObject({
      status: 'completed',
      completedAt: 7,
      progressPercentage: 0,
      newSinceCompletion: 2,
    });
  });

  test('that is no lesson any more takes the completion that a device made of the lesson', () => {
    const book = createBook();
    const catalogue = courseOf({
      id: 'l0',
      type: 'module',
      title: 'L',
      children: lessons(2).slice(1),
    });
    const former = catalogue.items.get('l0')!;
    progressOfContainer(catalogue, book, former);
    apply(catalogue, book, completed('l0', 7));
    settle(catalogue, book, former);
    expect(progressOfContainer(catalogue, book, former)).toMatchObject({
      status: 'completed',
      completedAt: 7,
      total: 1,
    });
  });

  test('is marked at the end of a transaction only', () => {
    const book = createBook();
    const catalogue = courseOf(...lessons(1));
    transact(catalogue, book, completed('l0', 7), reopened('l0'));
    expect(book.rollUps.get('c')!.mark).toBeNull();
  });
});

function transact(catalogue: Catalogue, book: Book, ...operations: Stamped[]): void {
  for (const operation of operations) apply(catalogue, book, operation);
  for (const operation of operations) {
    for (const each of around(catalogue, operation)) settle(catalogue, book, each);
  }
}

function around(catalogue: Catalogue, { contentId }: Stamped) {
  const item = catalogue.items.get(contentId);
  return item && isUnit(item) ? ancestorsOf(item) : [];
}

function completed(contentId: string, time: number): Stamped {
  const origin = { device: 'laptop-one', seq: 1, contentId, time, epoch: 0 };
  return { ...origin, kind: 'completed', by: 'button', version: 1 };
}

function reopened(contentId: string): Stamped {
  const seen = { 'laptop-one': 1 };
  return { device: 'phone-two', seq: 1, contentId, time: 0, epoch: 0, kind: 'reopened', seen };
}

/** Bookkeeping that spoils each mark when it is made, settled or counted again. */
function changingMarks(change: (mark: Mark | null, isNowFull: boolean) => Mark | null) {
  const spoil = (catalogue: Catalogue, book: Book, id: string) => {
    const container = catalogue.items.get(id);
    const rollUp = book.rollUps.get(id);
    if (!container || isUnit(container) || !rollUp) return;
    setMark(book, id, change(rollUp.mark, isFull(container, rollUp)));
  };
  const spoiling: Pick<Bookkeeping, 'settle' | 'recount'> = {
    settle: (catalogue, book, container) => {
      settle(catalogue, book, container);
      spoil(catalogue, book, container.id);
    },
    recount: (catalogue, book) => {
      observed.recount(catalogue, book);
      for (const id of book.rollUps.keys()) spoil(catalogue, book, id);
    },
  };
  return spoiling;
}

function setMark(book: Book, id: string, mark: Mark | null): void {
  book.rollUps.set(id, { ...book.rollUps.get(id)!, mark });
}

function forEachContainer(
  { catalogue, book }: Moment,
  look: (container: Item, book: Book) => void,
): void {
  // Looking must not put right what is wrong: only a copy of the book is asked.
  const copy = createBook(book.states, book.rollUps);
  for (const item of walk(catalogue.roots)) if (!isUnit(item)) look(item, copy);
}

function pick(...names: (keyof typeof mutants)[]): Record<string, Bookkeeping> {
  return Object.fromEntries(names.map((name) => [name, mutants[name]]));
}
