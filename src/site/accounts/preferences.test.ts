import { expect, test } from 'vitest';
import { readPreferences } from './preferences.ts';

test('what is absent stays as it is, and other fields are none of its business', () => {
  expect(readPreferences({})).toEqual({});
  expect(readPreferences({ name: 'Ada', theme: 'dark' })).toEqual({ theme: 'dark' });
  expect(readPreferences({ timeZone: 'Asia/Tokyo' })).toEqual({ timeZone: 'Asia/Tokyo' });
});

test('a time zone that was not chosen is none, and no mistake', () => {
  expect(readPreferences({ timeZone: '' })).toEqual({ timeZone: '' });
});

test.each([
  ['timeZone', 'Mars/Olympus'],
  ['timeZone', '+02:00'],
  ['theme', 'blue'],
])('a %s of %j is refused by name', (path, value) => {
  expect(readPreferences({ [path]: value })).toMatchObject({ status: 422, errors: [{ path }] });
});
