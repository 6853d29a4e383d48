import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContentData } from './content.ts';
import { CONTENT_TYPES, isContentId, isUnitType } from './content.ts';
import { checkContent } from './content-check.ts';
import { contents, draftOf, EDITS, editsOf, revise } from './content.testing.ts';
import { expectSame } from './laws.testing.ts';

const lesson: ContentData = { id: 'l', type: 'lesson', title: 'L' };
const exercise: ContentData = { id: 'e', type: 'exercise', title: 'E' };
const module: ContentData = { id: 'm', type: 'module', title: 'M' };
const course: ContentData = { id: 'c', type: 'course', title: 'C' };
const theme: ContentData = { id: 't', type: 'theme', title: 'T' };

/** What authors get wrong that no type checker sees. */
const wrong = (data: ContentData, more: object) => ({ ...data, ...more });

describe('sound content', () => {
  test('has no problems, whatever its shape', () => {
    fc.assert(
      fc.property(contents, fc.array(editsOf(...EDITS)), (content, edits) => {
        expectSame(checkContent(edits.reduce(revise, draftOf(content)).content), []);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test.each<[string, ContentData[]]>([
    ['nothing', []],
    ['loose units', [lesson, exercise]],
    ['an empty container', [theme, course, module]],
    [
      'levels that are missing',
      [{ ...theme, children: [lesson, { ...module, children: [exercise] }] }],
    ],
    ['modules in modules', [{ ...module, children: [{ ...module, id: 'n', children: [lesson] }] }]],
    [
      'an exercise with all it may say',
      [
        {
          ...exercise,
          passingScore: 0,
          attempts: 1,
          graded: true,
          score: 'first',
          version: 2,
          completion: ['exercise'],
        },
      ],
    ],
    ['a lesson that completes itself', [{ ...lesson, completion: ['scroll', { time: 60 }] }]],
    ['a container of which all is enough', [{ ...course, atLeast: 1, children: [lesson] }]],
    [
      'hostile ids',
      [
        { ...lesson, id: '__proto__', aliases: ['constructor', 'toString'] },
        { ...lesson, id: 'hasOwnProperty' },
      ],
    ],
  ])('is %s', (_, content) => {
    expect(checkContent(content)).toEqual([]);
  });
});

describe('a problem', () => {
  const inModule = (...children: ContentData[]): ContentData => ({ ...module, children });

  test.each<[string, ContentData[], [string, keyof ContentData][]]>([
    ['a type that is none', [wrong(lesson, { type: 'quiz' })], [['l', 'type']]],
    ['a type that objects have', [wrong(lesson, { type: '__proto__' })], [['l', 'type']]],
    [
      'an unknown type inside',
      [{ ...course, children: [wrong(lesson, { type: 'quiz' })] }],
      [['l', 'type']],
    ],
    ['a unit that holds something', [{ ...lesson, children: [exercise] }], [['l', 'children']]],
    ['a course in a module', [inModule(course)], [['c', 'type']]],
    ['a course in a course', [{ ...course, children: [{ ...course, id: 'd' }] }], [['d', 'type']]],
    ['a theme in a course', [{ ...course, children: [theme] }], [['t', 'type']]],
    ['atLeast of a unit', [{ ...lesson, atLeast: 1 }], [['l', 'atLeast']]],
    ['atLeast 0', [{ ...inModule(lesson), atLeast: 0 }], [['m', 'atLeast']]],
    ['atLeast of a half', [{ ...inModule(lesson), atLeast: 0.5 }], [['m', 'atLeast']]],
    ['atLeast above the units', [{ ...inModule(lesson), atLeast: 2 }], [['m', 'atLeast']]],
    [
      'atLeast of optional units',
      [{ ...inModule({ ...lesson, optional: true }), atLeast: 1 }],
      [['m', 'atLeast']],
    ],
    [
      'atLeast above what is given',
      [{ ...course, atLeast: 2, children: [{ ...inModule(lesson, exercise), atLeast: 1 }] }],
      [['c', 'atLeast']],
    ],
    ['passingScore of a lesson', [{ ...lesson, passingScore: 5 }], [['l', 'passingScore']]],
    ['passingScore 101', [{ ...exercise, passingScore: 101 }], [['e', 'passingScore']]],
    [
      'passingScore that is not whole',
      [{ ...exercise, passingScore: 0.5 }],
      [['e', 'passingScore']],
    ],
    ['score of a lesson', [{ ...lesson, score: 'best' }], [['l', 'score']]],
    ['a score policy that is none', [wrong(exercise, { score: 'mean' })], [['e', 'score']]],
    ['attempts of a lesson', [{ ...lesson, attempts: 1 }], [['l', 'attempts']]],
    ['no attempts', [{ ...exercise, attempts: 0 }], [['e', 'attempts']]],
    ['a graded lesson', [{ ...lesson, graded: true }], [['l', 'graded']]],
    ['version 0', [{ ...lesson, version: 0 }], [['l', 'version']]],
    ['a version that no database holds', [{ ...lesson, version: 2 ** 31 }], [['l', 'version']]],
    ['completion of a container', [{ ...course, completion: ['button'] }], [['c', 'completion']]],
    ['an id that is none', [{ ...lesson, id: 'a\0b' }], [['a\0b', 'id']]],
    [
      'one id for two',
      [lesson, { ...course, children: [{ ...lesson, title: 'again' }] }],
      [['l', 'id']],
    ],
    ['an alias that lives', [lesson, { ...exercise, aliases: ['l'] }], [['e', 'aliases']]],
    [
      'an alias that lives further down',
      [{ ...exercise, aliases: ['l'] }, lesson],
      [['e', 'aliases']],
    ],
    ['an item that is its own alias', [{ ...lesson, aliases: ['l'] }], [['l', 'aliases']]],
    [
      'an alias claimed twice',
      [
        { ...lesson, aliases: ['x'] },
        { ...exercise, aliases: ['x'] },
      ],
      [['e', 'aliases']],
    ],
    ['an alias that never was an id', [{ ...lesson, aliases: [''] }], [['l', 'aliases']]],
  ])('is %s', (_, content, expected) => {
    expect(checkContent(content).map(({ item, field }) => [item.id, field])).toEqual(expected);
  });

  test('is told with the very item, in reading order, together with all others', () => {
    const bad = wrong(lesson, { version: -1, passingScore: 5 });
    const content = [
      { ...course, atLeast: 2, children: [bad] },
      { ...exercise, id: 'l' },
    ];
    const problems = checkContent(content);
    expect(problems).toEqual([
      {
        item: content[0],
        field: 'atLeast',
        message: 'atLeast is 2, but 1 required units are there',
      },
      {
        item: bad,
        field: 'passingScore',
        message: 'passingScore is for exercises, not for a lesson',
      },
      { item: bad, field: 'version', message: 'version is 1 or more' },
      { item: content[1], field: 'id', message: 'two items have the id "l"' },
    ]);
    expect(problems[1]!.item).toBe(bad);
  });
});

describe('a content id', () => {
  test.each(['a', 'a b', 'web/first-steps', '__proto__', '日本', '\u{1f600}', 'x'.repeat(256)])(
    'may be %j',
    (id) => {
      expect(isContentId(id)).toBe(true);
    },
  );

  test.each(['', ' ', ' a', 'a\t', 'a\u0000', 'a\u001fb', 'a\u007f', '\ud83d', 'x'.repeat(257)])(
    'cannot be %j',
    (id) => {
      expect(isContentId(id)).toBe(false);
    },
  );
});

test('units are lessons and exercises', () => {
  expect(CONTENT_TYPES.filter(isUnitType)).toEqual(['lesson', 'exercise']);
});
