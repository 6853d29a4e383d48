import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RESERVED_PATHS } from './reserved-paths.ts';

/** First parts of the paths of a folder of routes; groups such as `(account)` add none. */
function firstSegments(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    if (entry.name.startsWith('(')) return firstSegments(`${dir}/${entry.name}`);
    return entry.name.startsWith('[') ? [] : [entry.name];
  });
}

it('holds every route and static file of the site', () => {
  const routes = firstSegments('src/routes');
  expect(routes).toContain('api');
  expect(RESERVED_PATHS).toEqual(expect.arrayContaining(routes));
  expect(RESERVED_PATHS).toEqual(expect.arrayContaining(readdirSync('static')));
});
