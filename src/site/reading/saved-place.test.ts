import { expect, test } from 'vitest';
import { headingAt, placeIn } from './saved-place.ts';

const headings = ['s-one', 's-two', 's-three'].map((id) => ({ id }));

test('a place is read from data that others share, and that anybody may have written', () => {
  const data = { heading: 's-two', part: 1, video: { '/a.webm': 8, '/b.webm': 'x' }, draft: [] };
  expect(placeIn(data)).toEqual({ heading: 's-two', part: 1, video: { '/a.webm': 8 } });
  expect(placeIn({ heading: 1, part: 'x', video: 3 })).toEqual({ video: {} });
  expect(placeIn('heading')).toEqual({ video: {} });
  expect(placeIn(null)).toEqual({ video: {} });
});

test.each([
  ['the heading itself, wherever it is now', { heading: 's-three', part: 0 }, 's-three'],
  ['the one in its place, when it has gone', { heading: 's-gone', part: 1 }, 's-two'],
  ['the last, when the text is shorter now', { heading: 's-gone', part: 9 }, 's-three'],
  ['the first, when nobody knows where it was', { heading: 's-gone' }, 's-one'],
  ['none, before the learner came to any', { part: 1 }, undefined],
])('one goes on at %s', (_, place, id) => {
  expect(headingAt(headings, place)?.id).toBe(id);
});

test('a text that has no headings any more has no place to go on at', () => {
  expect(headingAt([], { heading: 's-gone', part: 2 })).toBeUndefined();
});
