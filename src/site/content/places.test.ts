import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, page } from './folder.testing.ts';
import type { Files } from './folder.testing.ts';
import { createLoader } from './load.ts';

function placesIn(dir: string) {
  return createLoader({ dir, reserved: [] })().places;
}

const FILES: Files = {
  '_index.md': '# Home',
  'root.png': '',
  '01-web/_index.md': '',
  '01-web/web.png': '',
  '01-web/images/deep.png': '',
  '01-web/02-css/01-colours.md': '',
  '01-web/02-css/02-space and time.md': '',
  '01-web/02-css/data.json': '',
  '01-web/02-css/03-draft.md': page('draft: true'),
  '01-web/04-secret/_index.md': page('draft: true'),
  '01-web/04-secret/plan.png': '',
  '01-web/04-secret/more/plan.png': '',
  '.git/config.png': '',
};

describe('follow', () => {
  const follow = (address: string, from = '01-web/02-css/01-colours.md') => {
    const target = placesIn(folderWith(FILES)).follow(from, address);
    return target.kind === 'broken' ? `broken: ${target.reason}` : `${target.kind} ${target.href}`;
  };

  it.each([
    ['./02-space and time.md', 'page /web/css/space-and-time'],
    ['02-space%20and%20time.md?print#part', 'page /web/css/space-and-time?print'],
    ['02-space%20and%20time', 'page /web/css/space-and-time'],
    ['space-and-time.html', 'page /web/css/space-and-time'],
    ['../02-css/', 'page /web/css'],
    ['..', 'page /web'],
    ['../_index.md', 'page /web'],
    ['../../', 'page /'],
    ['/01-web/_index.md', 'page /web'],
    ['/_index.md', 'page /'],
    ['#part', 'page /web/css/colours'],
    ['?print', 'page /web/css/colours?print'],
    ['../web.png', 'file /web/web.png'],
    ['../images/deep.png#x', 'file /web/images/deep.png#x'],
    ['/root.png', 'file /root.png'],
    ['/dashboard', 'other /dashboard'],
    ['https://example.com/a.md', 'other https://example.com/a.md'],
    ['//example.com', 'other //example.com'],
    ['mailto:a@example.com', 'other mailto:a@example.com'],
    ['nowhere.md', 'broken: nothing is at 01-web/02-css/nowhere.md'],
    ['/nowhere.md', 'broken: nothing is at nowhere.md'],
    ['03-draft.md', 'broken: 01-web/02-css/03-draft.md is a draft'],
    ['../04-secret/plan.png', 'broken: 01-web/04-secret/plan.png is a draft'],
    [
      'data.json',
      'broken: 01-web/02-css/data.json is no page, and files of its kind are not served',
    ],
    ['../../../../etc/passwd', 'broken: it leads out of the content'],
    ['../../.git/config.png', 'broken: nothing is at .git/config.png'],
    ['%ff', 'broken: it is not a valid address'],
    ['%00.md', 'broken: nothing is at 01-web/02-css/\0.md'],
  ])('leads from %j to %j', (address, target) => expect(follow(address)).toBe(target));

  it('names the page and the part', () => {
    const { follow } = placesIn(folderWith(FILES));
    expect(follow('01-web/02-css/01-colours.md', '../_index.md#the-part')).toMatchObject({
      path: 'web',
      part: 'the-part',
    });
  });
});

describe('fileAt', () => {
  it('serves files beside pages by the addresses of their folders', () => {
    const dir = folderWith(FILES);
    const { fileAt } = placesIn(dir);
    expect(fileAt('root.png')).toBe(join(dir, 'root.png'));
    expect(fileAt('web/web.png')).toBe(join(dir, '01-web/web.png'));
    expect(fileAt('web/images/deep.png')).toBe(join(dir, '01-web/images/deep.png'));
  });

  it.each([
    '_index.md',
    'web/css/data.json',
    'web/secret/plan.png',
    'web/04-secret/plan.png',
    'web/04-secret/more/plan.png',
    '.git/config.png',
    'web/../root.png',
    '../root.png',
    './root.png',
    '/root.png',
    'web//web.png',
    'root.png\0.png',
    'nowhere.png',
    'web',
    '',
    'x'.repeat(10_000) + '.png',
    'constructor',
    'x.constructor',
  ])('serves nothing at %j', (path) => {
    expect(placesIn(folderWith(FILES)).fileAt(path)).toBeUndefined();
  });

  it('follows no link out of the folder, to hidden files or round in circles', () => {
    const outside = folderWith({ 'secret.png': '', 'secret.md': '# Secret' });
    const dir = folderWith({ 'a/page.md': '', 'a/p.png': '', '.hidden/h.png': '' });
    symlinkSync(join(outside, 'secret.png'), join(dir, 'out.png'));
    symlinkSync(join(outside, 'secret.md'), join(dir, 'out.md'));
    symlinkSync(outside, join(dir, 'folder'));
    symlinkSync(join(dir, '.hidden/h.png'), join(dir, 'hidden.png'));
    symlinkSync(join(dir, 'a/p.png'), join(dir, 'inside.png'));
    symlinkSync(join(dir, 'nowhere.md'), join(dir, 'dangling.md'));
    symlinkSync('..', join(dir, 'a/circle'));

    const { places, problems, items } = createLoader({ dir, reserved: [] })();
    expect([...items.keys()]).toEqual(['a', 'a/page']);
    expect(['out.png', 'hidden.png', 'folder/secret.png'].map(places.fileAt)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(places.fileAt('inside.png')).toBe(join(dir, 'a/p.png'));
    expect(
      problems.map(({ severity, file }) => `${severity} ${file.slice(dir.length + 1)}`),
    ).toEqual([
      'warning a/circle',
      'warning dangling.md',
      'warning folder',
      'warning hidden.png',
      'warning out.md',
      'warning out.png',
    ]);
  });

  it('serves a folder that is itself reached by a link', () => {
    const dir = folderWith({ 'real/p.png': '', 'real/a.md': '' });
    symlinkSync(join(dir, 'real'), join(dir, 'link'));
    expect(placesIn(join(dir, 'link')).fileAt('p.png')).toBe(join(dir, 'real/p.png'));
  });
});
