import { expect, test } from 'vitest';
import { headingIn } from './resume-point.ts';

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
