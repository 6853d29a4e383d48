import { describe, expect, it } from 'vitest';
import { isForgery } from './is-forgery.ts';

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
  ])('with %j is a forgery: %s', (headers, forged) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(isForgery(new Request(ORIGIN, { method, headers }))).toBe(forged);
    }
    expect(isForgery(new Request(ORIGIN, { headers }))).toBe(false);
  });
});
