import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Catalogue, Item } from './catalogue.ts';
import {
  ancestorsOf,
  countsIn,
  createCatalogue,
  isUnit,
  lessonsCompletedBy,
  openOutline,
  outlineOf,
  scopeOf,
  unitsOf,
  walk,
} from './catalogue.ts';
import type { ContentData } from './content.ts';
import { contents, draftOf, EDITS, editsOf, revise } from './content.testing.ts';
import { expectSame, law } from './laws.testing.ts';
import { allItems, allUnits, countCapped, isLeaf, requiredUnits } from './oracle.testing.ts';

/** Content that was edited now and then, so that it has aliases too. */
const edited = fc
  .tuple(contents, fc.array(editsOf(...EDITS), { maxLength: 8 }))
  .map(([content, edits]) => edits.reduce(revise, draftOf(content)).content);

const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id);

describe('a catalogue', () => {
  law(
    'knows every item by all its ids, in its place, with its units and what they count',
    {
      holds: createCatalogue,
      fails: {
        'aliases forgotten': (content) => {
          const catalogue = createCatalogue(content);
          const items = [...catalogue.items].filter(([id, item]) => id === item.id);
          return { ...catalogue, items: new Map(items) };
        },
        'optional units that count': (content) => {
          const catalogue = createCatalogue(content);
          return withItems(catalogue, (item) => ({
            ...item,
            required: unitsOf(catalogue, item).length,
          }));
        },
        'units in the order of their ids': (content) => {
          const catalogue = createCatalogue(content);
          return {
            ...catalogue,
            units: catalogue.units.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          };
        },
      },
    },
    (create: typeof createCatalogue) =>
      fc.property(edited, (content) => {
        const catalogue = create(content);
        const all = allItems(content);
        expectSame(ids([...walk(catalogue.roots)]), ids(all));
        expectSame(ids(catalogue.units), ids(all.filter(isLeaf)));
        for (const data of all) {
          const item = catalogue.items.get(data.id)!;
          expectSame(item.ids, [data.id, ...(data.aliases ?? [])]);
          for (const id of item.ids) expect(catalogue.items.get(id)?.id).toBe(data.id);
          expectSame(ids(item.children), ids(data.children ?? []));
          expect(item.parent?.id).toBe(all.find(({ children }) => children?.includes(data))?.id);
          expectSame(ids(unitsOf(catalogue, item)), ids(allUnits(data)));
          expect(isUnit(item)).toBe(isLeaf(data));
          const { atLeast, ...uncapped } = data;
          expect(item.required).toBe(isLeaf(data) ? 0 : countCapped(uncapped, () => true));
          const required = unitsOf(catalogue, item).filter((unit) => countsIn(unit, item));
          expectSame(ids(required), ids(requiredUnits(data)));
        }
      }),
  );

  law(
    'names of each item all that its sums depend on, and nothing else',
    {
      holds: ({ countedAs }) => countedAs,
      fails: {
        'the ids alone': ({ ids: own, children }) => JSON.stringify([own, ids(children)]),
        'the title too': ({ countedAs, title }) => countedAs + title,
        'nothing from below': ({ type, ids: own, optional, atLeast, score, children }) =>
          JSON.stringify([type, own, !!optional, atLeast ?? 0, score ?? '', ids(children)]),
      },
    },
    (nameOf: (item: Item) => string) =>
      fc.property(
        contents,
        fc.array(editsOf(...EDITS), { minLength: 1, maxLength: 3 }),
        (content, edits) => {
          const after = edits.reduce(revise, draftOf(content)).content;
          const [before, now] = [createCatalogue(content), createCatalogue(after)];
          const [dataBefore, dataNow] = [byId(content), byId(after)];
          for (const [id, item] of now.items) {
            const former = before.items.get(id);
            if (former?.id !== id || item.id !== id) continue;
            const same = counting(dataBefore.get(id)!) === counting(dataNow.get(id)!);
            expect(nameOf(former) === nameOf(item)).toBe(same);
          }
        },
      ),
  );

  test('has another version when anything in it changes, and the same for the same content', () => {
    const course: ContentData = { id: 'c', type: 'course', title: 'C' };
    const { version } = createCatalogue([course]);
    expect(createCatalogue([{ ...course }]).version).toBe(version);
    expect(createCatalogue([{ ...course, title: 'D' }]).version).not.toBe(version);
  });

  test('is not made of content with problems: all of them are named', () => {
    const content: ContentData[] = [
      { id: 'a', type: 'lesson', title: 'A', atLeast: 1 },
      { id: 'a', type: 'lesson', title: 'A' },
    ];
    expect(() => createCatalogue(content)).toThrow(
      'The content has problems; put them right and start again:\n' +
        '- a: atLeast is for containers, not for a lesson\n' +
        '- a: two items have the id "a"',
    );
    expect(() => createCatalogue(content.slice(0, 1))).toThrow('atLeast is for containers');
  });

  test('of 10,000 units in 200 modules is made without walking it over and over', () => {
    let reads = 0;
    const counted = (data: ContentData): ContentData =>
      new Proxy(data, {
        get: (target, key) => {
          if (key === 'children') reads++;
          return Reflect.get(target, key) as unknown;
        },
      });
    const readsFor = (modules: number) => {
      reads = 0;
      const content = Array.from({ length: modules }, (_, m) =>
        counted({
          id: `m${m}`,
          type: 'module',
          title: 'M',
          atLeast: 50,
          children: Array.from({ length: 50 }, (__, i) =>
            counted({ id: `m${m}-${i}`, type: 'lesson', title: 'L' }),
          ),
        }),
      );
      const course = counted({ id: 'c', type: 'course', title: 'C', children: content });
      expect(createCatalogue([course]).units).toHaveLength(modules * 50);
      return reads;
    };
    const [small, large] = [readsFor(2), readsFor(200)];
    expect(large).toBeLessThanOrEqual(100 * small);
  });
});

describe('an outline', () => {
  law(
    'opens as the same part of the catalogue, counted the same and of the same version',
    {
      holds: outlineOf,
      fails: {
        'a version of its own': (...all) => ({ ...outlineOf(...all), version: '' }),
        'no aliases': (...all) => {
          const { version, content } = outlineOf(...all);
          return { version, content: content.map(withoutAliases) };
        },
        'required and optional alike': (...all) => {
          const { version, content } = outlineOf(...all);
          return {
            version,
            content: content.map((data) => ({ ...data, optional: !data.optional })),
          };
        },
      },
    },
    (rule: typeof outlineOf) =>
      fc.property(edited, fc.nat(60), (content, index) => {
        const catalogue = createCatalogue(content);
        const items = [...walk(catalogue.roots)];
        const item = items[index % items.length];
        if (!item) return;
        const outline = rule(catalogue, item);
        const opened = openOutline(JSON.parse(JSON.stringify(outline)) as typeof outline);
        expect(opened.version).toBe(catalogue.version);
        expectSame(ids([...walk(opened.roots)]), ids([...walk(scopeOf(catalogue, item))]));
        for (const each of walk(opened.roots)) {
          const { countedAs, ids: own, title, required } = catalogue.items.get(each.id)!;
          expectSame(
            [each.countedAs, each.ids, each.title, each.required],
            [countedAs, own, title, required],
          );
        }
      }),
  );

  const lesson = (id: string): ContentData => ({ id, type: 'lesson', title: id });
  const catalogue = createCatalogue([
    {
      id: 'theme',
      type: 'theme',
      title: 'T',
      children: [
        {
          id: 'course',
          type: 'course',
          title: 'C',
          children: [{ id: 'module', type: 'module', title: 'M', children: [lesson('deep')] }],
        },
        lesson('in-theme'),
      ],
    },
    lesson('loose'),
    { id: 'folder', type: 'module', title: 'F', children: [lesson('in-folder')] },
    lesson('loose-too'),
  ]);

  test.each([
    ['the course that a lesson lies in', 'deep', ['course']],
    ['a course itself', 'course', ['course']],
    ['the outermost container where there is no course', 'in-folder', ['folder']],
    ['the theme of a lesson that lies right in it', 'in-theme', ['theme']],
    ['a theme itself', 'theme', ['theme']],
    ['all units that lie loose at the top', 'loose', ['loose', 'loose-too']],
  ])('is that of %s', (_, id, scope) => {
    expect(ids(scopeOf(catalogue, catalogue.items.get(id)!))).toEqual(scope);
  });

  test('of a lesson has it in its containers, innermost first', () => {
    expect(ids(ancestorsOf(catalogue.items.get('deep')!))).toEqual(['module', 'course', 'theme']);
  });
});

describe('the lessons that an exercise completes', () => {
  const lesson = (id: string, completion?: ContentData['completion']): ContentData => ({
    ...{ id, type: 'lesson', title: id },
    ...(completion && { completion }),
  });
  const exercise = (id: string): ContentData => ({ id, type: 'exercise', title: id });
  const catalogue = createCatalogue([
    lesson('at-the-top', ['exercise', 'button']),
    exercise('top'),
    {
      ...{ id: 'module', type: 'module', title: 'Module' },
      children: [
        lesson('one', ['scroll', 'exercise']),
        lesson('two', ['scroll']),
        lesson('three'),
        exercise('quiz'),
      ],
    },
  ]);

  test.each([
    ['quiz', ['one']],
    ['top', ['at-the-top']],
    ['one', []],
    ['module', []],
  ])('are those beside %s that say so', (id, lessons) => {
    expect(ids(lessonsCompletedBy(catalogue, catalogue.items.get(id)!))).toEqual(lessons);
  });
});

function withItems(catalogue: Catalogue, change: (item: Item) => Item): Catalogue {
  const items = new Map([...catalogue.items].map(([id, item]) => [id, change(item)]));
  return { ...catalogue, items };
}

function withoutAliases({ aliases, children, ...data }: ContentData): ContentData {
  return { ...data, ...(children && { children: children.map(withoutAliases) }) };
}

function byId(content: readonly ContentData[]): Map<string, ContentData> {
  return new Map(allItems(content).map((data) => [data.id, data]));
}

/** All that sums depend on, spelt out. */
function counting(data: ContentData): string {
  const { id, type, aliases = [], optional = false, atLeast = 0, score = '', children = [] } = data;
  return JSON.stringify([id, type, aliases, optional, atLeast, score, children.map(counting)]);
}
