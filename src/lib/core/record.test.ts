import { expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { toIso, toRecord } from './record.ts';
import { containerProgress, NOTHING } from './roll-up.ts';
import { unitProgress } from './unit-progress.ts';

const [lesson, course] = createCatalogue([
  { id: 'a', type: 'lesson', title: 'A' },
  { id: 'c', type: 'course', title: 'C' },
]).roots;
const key = { id: '7', userId: 'ada', contentId: 'a', contentType: 'lesson', revision: 3 } as const;

test('the record of a unit has exactly the documented keys', () => {
  const done = [{ seq: 1, time: 1_777_680_000_000, by: 'video' as const, version: 2 }];
  const state = {
    epoch: 0,
    done: { 'laptop-one': done },
    undone: {},
    started: 1_777_679_000_000,
    percentage: 40,
    attempts: {},
    saved: { data: { page: 3 }, time: 1, device: 'd', seq: 1 },
    lastAccessed: 1_777_681_000_000,
    spent: { 'laptop-one': 9000 },
  };
  expect(toRecord(key, unitProgress(lesson, [state]))).toEqual({
    id: '7',
    userId: 'ada',
    contentId: 'a',
    contentType: 'lesson',
    status: 'completed',
    completedAt: '2026-05-02T00:00:00.000Z',
    completedBy: 'video',
    lastAccessedAt: '2026-05-02T00:16:40.000Z',
    progressPercentage: 100,
    score: null,
    data: { page: 3 },
    startedAt: '2026-05-01T23:43:20.000Z',
    timeSpentMs: 9000,
    revision: 3,
  });
});

test('the record of a container also says how much of it is done', () => {
  const progress = containerProgress(course!, { ...NOTHING, countedAs: '', mark: null });
  expect(toRecord({ ...key, id: null, contentType: 'course' }, progress)).toEqual({
    id: null,
    userId: 'ada',
    contentId: 'a',
    contentType: 'course',
    status: 'not-started',
    completedAt: null,
    completedBy: null,
    lastAccessedAt: null,
    progressPercentage: 0,
    score: null,
    data: null,
    startedAt: null,
    timeSpentMs: 0,
    revision: 3,
    completed: 0,
    total: 0,
    newSinceCompletion: 0,
  });
});

test('times are ISO 8601 in UTC, and null stays null', () => {
  expect(toIso(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(toIso(null)).toBeNull();
});
