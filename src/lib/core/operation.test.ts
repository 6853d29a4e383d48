import { expect, test } from 'vitest';
import { isLogged } from './operation.ts';

test.each([
  ['opened', false],
  ['advanced', false],
  ['completed', true],
  ['reopened', true],
  ['attempted', true],
  ['spent', false],
  ['saved', false],
  ['restarted', true],
] as const)('%s is kept in the log: %s', (kind, logged) => {
  expect(isLogged(kind)).toBe(logged);
});
