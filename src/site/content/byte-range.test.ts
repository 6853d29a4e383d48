import { expect, test } from 'vitest';
import { partOf } from './byte-range.ts';

test.each([
  ['bytes=0-9', { start: 0, end: 9 }],
  ['bytes=90-', { start: 90, end: 99 }],
  ['bytes=-10', { start: 90, end: 99 }],
  ['bytes=-1000', { start: 0, end: 99 }],
  ['bytes=90-1000', { start: 90, end: 99 }],
])('of 100 bytes, "%s" is %o', (range, part) => {
  expect(partOf(range, 100)).toEqual(part);
});

test.each([null, '', 'bytes=', 'bytes=-', 'bytes=100-', 'bytes=9-0', 'bytes=0-1,5-6', 'lines=0-9'])(
  'of 100 bytes, "%s" is all',
  (range) => {
    expect(partOf(range, 100)).toBeNull();
  },
);

test('an empty file has no parts', () => {
  expect(partOf('bytes=0-', 0)).toBeNull();
  expect(partOf('bytes=-1', 0)).toBeNull();
});
