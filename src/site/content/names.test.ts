import { describe, expect, it } from 'vitest';
import { comparePlaces, readName, segmentOf, titleOf } from './names.ts';

describe('readName', () => {
  it.each([
    ['01-intro', [1], 'intro'],
    ['1. Intro', [1], 'Intro'],
    ['01_intro', [1], 'intro'],
    ['2) loops', [2], 'loops'],
    ['03 more loops', [3], 'more loops'],
    ['2.1-loops', [2, 1], 'loops'],
    ['0010-x', [10], 'x'],
    ['01-🎉', [1], '🎉'],
    ['01-2nd-step', [1], '2nd-step'],
  ])('takes the number prefix off %s', (name, numbers, rest) => {
    expect(readName(name)).toEqual({ whole: name, numbers, rest });
  });

  it.each(['intro', '3d-models', '1', '01', '1.0', '2024-01-05', '2024-01-05-news', '-1-x', '1-2'])(
    'finds no number prefix in %s',
    (name) => expect(readName(name)).toEqual({ whole: name, numbers: [], rest: name }),
  );
});

describe('segmentOf', () => {
  it.each([
    ['First Steps', 'First-Steps'],
    ['a - b', 'a-b'],
    ['a--b', 'a--b'],
    ["What's new?", "What's-new"],
    ['100% #1 a/b\\c', '100-1-a-b-c'],
    ['Cafe\u0301', 'Café'],
    ['日本語', '日本語'],
    ['line\nbreak\u0000', 'line-break'],
    ['..', 'page'],
    ['???', 'page'],
  ])('makes of %j the segment %j', (name, segment) => expect(segmentOf(name)).toBe(segment));
});

describe('titleOf', () => {
  it.each([
    ['01-first-steps', 'First steps'],
    ['über_uns', 'Über uns'],
    ['07', '07'],
    ['01-SvelteKit', 'SvelteKit'],
  ])('makes of %s the title %s', (name, title) => expect(titleOf(readName(name))).toBe(title));
});

describe('comparePlaces', () => {
  const sorted = (places: [name: string, order?: number][]) =>
    places
      .map(([name, order]) => ({ name: readName(name), order }))
      .sort(comparePlaces)
      .map(({ name }) => name.whole);

  it('sorts by number prefix, and naturally after those', () => {
    expect(sorted([['b10'], ['10-x'], ['b9'], ['2-y'], ['2.10-z'], ['2.9-w'], ['a']])).toEqual([
      '2-y',
      '2.9-w',
      '2.10-z',
      '10-x',
      'a',
      'b9',
      'b10',
    ]);
  });

  it('takes order where there is no number prefix', () => {
    expect(
      sorted([
        ['a', 3],
        ['02-b', 99],
        ['c', 1],
        ['d', -1.5],
      ]),
    ).toEqual(['d', 'c', '02-b', 'a']);
  });
});
