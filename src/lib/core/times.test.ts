import { expect, test } from 'vitest';
import * as core from './index.ts';
import { earliest, latest } from './times.ts';

test('of times some of which are missing, the earliest and the latest are found', () => {
  expect([earliest([]), latest([])]).toEqual([null, null]);
  expect([earliest([null, null]), latest([null, null])]).toEqual([null, null]);
  expect([earliest([null, 2, 0, null, 3]), latest([null, 2, 0, null, 3])]).toEqual([0, 3]);
  expect([earliest([-1, 0]), latest([-1, 0])]).toEqual([-1, 0]);
});

test('what the rules do among themselves is not for adopters', () => {
  const names = Object.keys(core);
  expect(names).toEqual(expect.arrayContaining(['createCatalogue', 'apply', 'progressOf']));
  for (const own of ['earliest', 'latest', 'absorb', 'NOTHING', 'replacePart', 'statesOf']) {
    expect(names).not.toContain(own);
  }
});
