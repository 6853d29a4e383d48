import { describe, expect, it } from 'vitest';
import type { Files } from '../../src/site/content/folder.testing.ts';
import { duringTest } from '../support/site.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, Send, WatchedSite } from '../support/watched-site.ts';

/** A page as it was reached. */
interface Page {
  /** Of its address, decoded, without the leading slash. */
  path: string;
  /** What its form marks; none on pages without one. */
  contentId: string | undefined;
}

/** Content that nobody wrote for this site, and how many lessons are in it. */
const FOLDERS: Record<string, { files: Files; lessons: number }> = {
  'lessons at the top': {
    files: { 'b.md': '# Second', 'a.md': '# First', 'c.md': 'No heading at all.' },
    lessons: 3,
  },
  'one lesson': { files: { 'only.md': 'Only this.' }, lessons: 1 },
  'one lesson in one folder': { files: { 'knots/reef.md': '# Reef' }, lessons: 1 },
  'folders of lessons': {
    files: {
      'knots/README.md': '# All knots',
      'knots/1. reef.md': 'Reef',
      'knots/2. bowline.md': 'Bowline',
      'ropes/hemp.md': 'Hemp',
    },
    lessons: 3,
  },
  'a theme, a course, a module': {
    files: {
      '01-sea/01-knots/01-bends/01-reef.md': '# Reef',
      '01-sea/01-knots/01-bends/02-sheet.md': '# Sheet',
      '01-sea/01-knots/02-hitches.md': '# Hitches',
      '01-sea/01-knots/03-loops/index.md': '# A page with its picture',
      '01-sea/01-knots/03-loops/loop.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '01-sea/02-stars/a.md': '# Stars',
      '01-sea/z.md': '# Right in the theme',
    },
    lessons: 6,
  },
  'six levels': {
    files: {
      'a/b/c/d/e/f/deep.md': '# Deep',
      'a/b/c/d/e/less deep.md': '# Less deep',
      'a/b/c/halfway.md': '# Halfway',
      'a/top.md': '# Top',
      'side.md': '# Aside',
    },
    lessons: 5,
  },
  'odd names': {
    files: {
      'Ünïcode und Größe/01 der Anfang.md': 'Ä',
      'Ünïcode und Größe/日本語のレッスン.md': '# 日本語',
      'Ünïcode und Größe/cafe\u0301.md': 'decomposed',
      'Ünïcode und Größe/שלום.md': 'right to left',
      '🎉 party/🪢.md': 'knot',
      '🎉 party/👩‍👩‍👧.md': 'joined',
      '100% sure?/50%25 #1.md': 'percent',
      '100% sure?/what? really!.md': 'question',
      '100% sure?/a&b="c" <i>.md': 'markup',
      "100% sure?/it's {here} [now] (or) $never;+,@.md": 'punctuation',
      '100% sure?/..hidden no.md.md': 'two endings',
      'constructor/__proto__.md': 'names of JavaScript',
      'constructor/toString.md': 'and more',
      '2024/2024-05-01.md': 'numbers',
      '2024/01-02-03.md': 'only numbers',
      [`long/${'x'.repeat(200)}.md`]: 'long',
      [`long/${'字'.repeat(70)}.md`]: 'long in bytes',
    },
    lessons: 16,
  },
  'a root that is the theme': {
    files: {
      '_index.md': '---\ntype: theme\nid: school/knots\n---\n\n# Knots',
      'bends/reef.md': '# Reef',
      'bends/more/sheet.md': '# Sheet',
      'alone.md': '# Alone',
    },
    lessons: 3,
  },
  'a tree grown at random': { files: randomTree(20_26), lessons: 40 },
};

describe.each(Object.entries(FOLDERS))('%s', (_, { files, lessons }) => {
  it('is a site: every page is reached, every lesson is marked, every sum is right', async () => {
    const site = await start(files);
    const learner = await site.signUp();
    const pages = await crawl(learner.send);
    const units = pages.filter(({ contentId }) => contentId !== undefined);
    expect(units, pages.map(({ path }) => path).join('\n')).toHaveLength(lessons);
    expect(new Set(units.map(({ contentId }) => contentId)).size).toBe(lessons);
    expect((await crawl(site.send)).map(({ path }) => path)).toEqual(pages.map(({ path }) => path));

    const done = new Set<string>();
    for (const [index, unit] of units.entries()) {
      if (index % 3 === 2) continue;
      await mark(site, learner, unit);
      done.add(unit.contentId!);
      if (index % 4 === 0) await expectSums(learner, units, done);
    }
    await expectSums(learner, units, done);
    for (const unit of units.filter(({ contentId }) => !done.has(contentId!))) {
      await mark(site, learner, unit);
      done.add(unit.contentId!);
    }
    await expectSums(learner, units, done);
    await expectAllDone(learner);
  });
});

it('a folder without any lesson is a site without any lesson', async () => {
  const folders: Files[] = [{}, { 'notes.txt': 'no Markdown', 'empty/.keep': '' }];
  for (const files of folders) {
    const site = await start(files);
    const learner = await site.signUp();
    expect((await crawl(learner.send)).map(({ path }) => path)).toEqual(['']);
    expect((await learner.get('/dashboard')).status).toBe(200);
    expect((await learner.get('/api/progress')).json()).toMatchObject({ progress: [] });
  }
});

/** A site for one test. */
function start(files: Files): Promise<WatchedSite> {
  return duringTest(startWatchedSite({ files }));
}

/** Where a site leads besides its content. */
const APART = /^(_app|api|account|dashboard|forgot-password|sign-(in|out|up)|favicon\.svg)(\/|$)/;

/** All pages of the content, in the order of their paths: each by the links of another, from home on. */
async function crawl(send: Send): Promise<Page[]> {
  const pages = new Map<string, Page>();
  const open = ['/'];
  for (let href = open.pop(); href !== undefined; href = open.pop()) {
    const answer = await send('GET', href);
    expect(answer.status, href).toBe(200);
    if (!answer.headers['content-type']?.startsWith('text/html')) continue;
    expect(answer.body, href).toMatch(/<title>[^<]+<\/title>[^]*<h1[^>]*>/);
    const path = decodeURIComponent(href.slice(1));
    pages.set(href, { path, contentId: valueOf(answer.body, 'contentId') });
    for (const [, link = ''] of answer.body.matchAll(
      /<(?:a|img)\b[^>]*\s(?:href|src)="([^"]*)"/g,
    )) {
      const url = new URL(unescaped(link), `http://site.invalid${href}`);
      const known = pages.has(url.pathname) || open.includes(url.pathname);
      if (url.host !== 'site.invalid' || APART.test(url.pathname.slice(1)) || known) continue;
      open.push(url.pathname);
    }
  }
  return [...pages.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Marks a unit as its page does without JavaScript, and looks at the page again. */
async function mark(site: WatchedSite, learner: Learner, { path }: Page): Promise<void> {
  const href = `/${path.split('/').map(encodeURIComponent).join('/')}`;
  const page = await learner.get(href);
  const fields = ['contentId', 'intent'].map((name) => [name, valueOf(page.body, name) ?? '']);
  expect(fields[1]).toEqual(['intent', 'complete']);
  const answer = await learner.send('POST', `${href}?/mark`, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
      origin: site.origin,
    },
    body: new URLSearchParams(fields).toString(),
  });
  expect([answer.status, decodeURI(answer.headers.location ?? '')]).toEqual([303, decodeURI(href)]);
  const marked = await learner.get(href);
  expect(valueOf(marked.body, 'intent')).toBe('reopen');
  expect(marked.body).toContain('aria-pressed="true"');
}

interface ProgressRecord {
  contentId: string;
  contentType: string;
  status: string;
  progressPercentage: number;
  completed?: number;
  total?: number;
}

async function recordsOf(learner: Learner): Promise<ProgressRecord[]> {
  const answer = await learner.get('/api/progress?limit=1000');
  return (answer.json() as { progress: ProgressRecord[] }).progress;
}

/** Counts every container again by the ids of the units: an id without front matter is the path. */
async function expectSums(learner: Learner, units: Page[], done: Set<string>): Promise<void> {
  for (const record of await recordsOf(learner)) {
    const { contentId, contentType, status, progressPercentage, completed, total } = record;
    if (contentType === 'lesson') {
      expect(record).toMatchObject({ status: 'completed', progressPercentage: 100 });
      expect(done).toContain(contentId);
      continue;
    }
    const isRoot = contentId === 'school/knots';
    const below = units.filter((unit) => isRoot || unit.contentId!.startsWith(`${contentId}/`));
    const count = below.filter((unit) => done.has(unit.contentId!)).length;
    expect({ contentId, completed, total }).toEqual({
      contentId,
      completed: count,
      total: below.length,
    });
    expect(progressPercentage).toBe(Math.floor((100 * count) / below.length));
    expect(status).toBe(count === below.length ? 'completed' : 'in-progress');
    if (contentType === 'course') {
      const path = `/api/progress/course_summary?courseId=${encodeURIComponent(contentId)}`;
      expect((await learner.get(path)).json()).toMatchObject({
        completed,
        total,
        progressPercentage,
      });
    }
  }
}

async function expectAllDone(learner: Learner): Promise<void> {
  const records = await recordsOf(learner);
  expect(records.length).toBeGreaterThan(0);
  expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['completed']));
  for (const path of ['/', '/dashboard']) {
    const { body } = await learner.get(path);
    const shown = [...body.matchAll(/aria-valuenow="(\d+)"/g)].map(([, value]) => value);
    expect(shown.filter((value) => value !== '100')).toEqual([]);
    if (path === '/dashboard') expect(shown).not.toEqual([]);
  }
}

/** The value of a hidden field of a page. */
function valueOf(html: string, name: string): string | undefined {
  const value = new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`).exec(html)?.[1];
  return value === undefined ? undefined : unescaped(value);
}

function unescaped(html: string): string {
  const names: { [name: string]: string } = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };
  return html.replace(/&(\w+|#39);/g, (whole, name: string) => names[name] ?? whole);
}

/** Forty lessons, each in a folder of its own choice, up to five levels deep. */
function randomTree(seed: number): Files {
  let state = seed;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  return Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => {
      const folders = Array.from({ length: random(6) }, () => `part ${random(3) + 1}`);
      return [[...folders, `lesson ${index}.md`].join('/'), `# Lesson ${index}`];
    }),
  );
}
