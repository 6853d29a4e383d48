import { expect, test } from 'vitest';
import type { Json } from './json.ts';
import { entryIn, headingIn } from './saved-data.ts';

test.each([
  [{ heading: 's-knots', draft: [] }, 's-knots'],
  [{ heading: 3 }, undefined],
  [{ draft: [] }, undefined],
  [['heading'], undefined],
  ['heading', undefined],
  [null, undefined],
])('the heading in %j is %s', (data, heading) => {
  expect(headingIn(data)).toBe(heading);
});

test('what nobody has saved is under no key, not even where every object has something', () => {
  expect(entryIn({ draft: [1] }, 'draft')).toEqual([1]);
  expect(entryIn(undefined, 'draft')).toBeUndefined();
  expect(entryIn({}, 'constructor')).toBeUndefined();
  expect(entryIn(JSON.parse('{"__proto__":1}') as Json, '__proto__')).toBe(1);
});
