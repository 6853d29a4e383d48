import type { ContentData } from 'sveltekit-cairn';
import { expect, test } from 'vitest';
import { keptPages, pagesOfCourse } from './course-pages.ts';

const lesson = (id: string): ContentData => ({ id, type: 'lesson', title: id, path: `rope/${id}` });
const content: ContentData[] = [
  {
    id: 'rope',
    type: 'theme',
    title: 'Rope',
    path: 'rope',
    children: [
      {
        id: 'basics',
        aliases: ['start'],
        type: 'course',
        title: 'Basics',
        path: 'rope/basics',
        children: [
          { id: 'm', type: 'module', title: 'M', path: 'rope/basics/m', children: [lesson('a')] },
          lesson('b'),
        ],
      },
      lesson('c'),
    ],
  },
];
const PAGES = ['/rope', '/rope/basics', '/rope/basics/m', '/rope/a', '/rope/b'];

test('a course is the pages around it, its own and all below it', () => {
  expect(pagesOfCourse(content, 'basics')).toEqual(PAGES);
});

test('a course that got another id is found under the one it was kept as', () => {
  expect(pagesOfCourse(content, 'start')).toEqual(PAGES);
});

test('a course that is gone has no pages, and a page of two courses counts once', () => {
  expect(pagesOfCourse(content, 'gone')).toEqual([]);
  const kept = keptPages(content, { visited: [], kept: ['basics', 'start', 'gone'], removals: 0 });
  expect([...kept]).toEqual(PAGES);
});
