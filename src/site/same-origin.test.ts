import { describe, expect, it } from 'vitest';
import { isForeign, pathOnThisSite } from './same-origin.ts';

const ORIGIN = 'http://127.0.0.1:3000';

describe('an unsafe request', () => {
  it.each([
    [{}, false],
    [{ origin: ORIGIN }, false],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, false],
    [{ 'sec-fetch-site': 'same-origin' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ origin: 'null' }, true],
    [{ origin: 'https://evil.example' }, true],
    [{ origin: `${ORIGIN}.evil.example` }, true],
    [{ origin: 'https://127.0.0.1:3000' }, true],
    [{ origin: 'http://127.0.0.1:3001', 'sec-fetch-site': 'same-site' }, true],
    [{ origin: ORIGIN, 'sec-fetch-site': 'cross-site' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, true],
    [{ 'sec-fetch-site': 'same-site' }, true],
  ])('with %j is foreign: %s', (headers, foreign) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(isForeign(new Request(ORIGIN, { method, headers }), ORIGIN)).toBe(foreign);
    }
    expect(isForeign(new Request(ORIGIN, { headers }), ORIGIN)).toBe(false);
  });
});

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
