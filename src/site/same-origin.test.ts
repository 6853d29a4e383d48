import { describe, expect, it } from 'vitest';
import { pathOnThisSite } from './same-origin.ts';

describe('where to go after signing in', () => {
  it.each(['/', '/account', '/web/knots?page=2#end', '/a//b', '/%2F%2Fevil.example'])(
    'is %s when asked for',
    (path) => {
      expect(pathOnThisSite(path)).toBe(path);
    },
  );

  it.each([
    null,
    '',
    'account',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/.//evil.example',
  ])('is the dashboard for %j', (wish) => {
    expect(pathOnThisSite(wish)).toBe('/dashboard');
  });
});
