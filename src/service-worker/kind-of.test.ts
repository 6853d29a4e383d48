import { expect, test } from 'vitest';
import { kindOf } from './kind-of.ts';

const origin = 'https://learn.example.org';
const site = { origin, ownFiles: new Set(['/favicon.svg', '/_app/immutable/entry/app.js']) };

test.each([
  ['GET', '/_app/immutable/entry/app.js', 'cors', 'own-file'],
  ['GET', '/_app/immutable/entry/of-the-build-before.js', 'cors', 'own-file'],
  ['GET', '/favicon.svg', 'no-cors', 'own-file'],
  ['GET', '/rope/clove', 'navigate', 'page'],
  ['GET', '/sign-in?to=/rope', 'navigate', 'page'],
  ['GET', '/rope/clove/__data.json?x-sveltekit-invalidated=01', 'cors', 'data'],
  ['GET', '/catalogue.json', 'cors', 'data'],
  ['GET', '/rope/a.svg', 'no-cors', 'media'],
  ['GET', '/rope/sheet.pdf', 'navigate', 'media'],
  ['POST', '/rope/clove?/mark', 'navigate', null],
  ['GET', '/api/progress', 'cors', null],
  ['GET', '/api/openapi.json', 'navigate', null],
  ['GET', '/_app/version.json', 'cors', null],
  ['GET', '/healthz', 'cors', null],
  ['GET', 'https://other.example/a.png', 'no-cors', null],
] as const)('%s %s (%s) is answered as %s', (...[method, path, mode, kind]) => {
  expect(kindOf({ method, url: new URL(path, origin).href, mode }, site)).toBe(kind);
});
