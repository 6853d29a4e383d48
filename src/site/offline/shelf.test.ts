import { expect, test } from 'vitest';
import {
  emptied,
  MOST_VISITED,
  withCourse,
  withoutCourse,
  withoutPage,
  withVisit,
} from './shelf.ts';
import type { Shelf } from './shelf.ts';

const empty: Shelf = { visited: [], kept: [], removals: 0 };

test('the last visited page comes first, and is there once', () => {
  const shelf = ['/a', '/b', '/a'].reduce(withVisit, empty);
  expect(shelf.visited).toEqual(['/a', '/b']);
});

test('of more visited pages than there is room for, the oldest goes', () => {
  const pages = Array.from({ length: MOST_VISITED + 1 }, (_, n) => `/${n}`);
  const { visited } = pages.reduce(withVisit, empty);
  expect(visited).toHaveLength(MOST_VISITED);
  expect(visited).not.toContain('/0');
  expect(visited[0]).toBe(`/${MOST_VISITED}`);
});

test('a course is kept once, and a page that is gone is not wanted', () => {
  expect(withCourse(withCourse(empty, 'a'), 'a').kept).toEqual(['a']);
  expect(withoutPage(withVisit(empty, '/a'), '/a').visited).toEqual([]);
});

test('whatever is taken away tells those who are still fetching it', () => {
  const full = withVisit(withCourse(withCourse(empty, 'a'), 'b'), '/c');
  expect(withoutCourse(full, 'a')).toEqual({ visited: ['/c'], kept: ['b'], removals: 1 });
  expect(emptied(withoutCourse(full, 'a'))).toEqual({ visited: [], kept: [], removals: 2 });
});
