import type { ContentData } from 'sveltekit-cairn';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createContent } from './content.ts';
import type { ContentOptions } from './content.ts';
import { folderWith, page, writeFiles } from './folder.testing.ts';
import type { Files } from './folder.testing.ts';
import { ContentError } from './problems.ts';

function open(files: Files, options: Partial<ContentOptions> = {}) {
  const dir = folderWith(files);
  return createContent({ dir, reserved: ['dashboard', 'api'], ...options });
}

/** One line an item, indented by depth: `theme web /web`. */
function outline(items: readonly ContentData[], indent = ''): string[] {
  return items.flatMap(({ type, id, path, children = [] }) => [
    `${indent}${type} ${id}${id === path ? '' : ` /${path}`}`,
    ...outline(children, `${indent}  `),
  ]);
}

describe('types, order and addresses', () => {
  it('goes by depth, and calls a folder with nothing but its page a lesson', () => {
    const { content } = open({
      '01-web/_index.md': '# The web',
      '01-web/02-accessibility/index.md': '',
      '01-web/02-accessibility/01-first/README.md': '',
      '01-web/02-accessibility/01-first/02-check.md': page('type: exercise'),
      '01-web/02-accessibility/01-first/01-who.md': '',
      '01-web/02-accessibility/01-first/deeper/loops.md': '',
      '01-web/02-accessibility/03-bundle/readme.md': 'Text',
      '01-web/02-accessibility/03-bundle/picture.png': '',
      'loose.md': '',
    });
    expect(outline(content)).toEqual([
      'theme web',
      '  course web/accessibility',
      '    module web/accessibility/first',
      '      lesson web/accessibility/first/who',
      '      exercise web/accessibility/first/check',
      '      module web/accessibility/first/deeper',
      '        lesson web/accessibility/first/deeper/loops',
      '    lesson web/accessibility/bundle',
      'lesson loose',
    ]);
  });

  it('begins below a type that a folder names', () => {
    const { content } = open({
      'a/_index.md': page('type: course'),
      'a/b/c.md': '',
      'empty/_index.md': page('type: module'),
      'exercise/_index.md': page('type: exercise'),
    });
    expect(outline(content)).toEqual([
      'course a',
      '  module a/b',
      '    lesson a/b/c',
      'module empty',
      'exercise exercise',
    ]);
  });

  it('takes a root with a type as the one item, which lends its address to nothing', () => {
    const { content, title } = open({
      '_index.md': page('type: theme\nid: schools/the web\ntitle: The web'),
      'css/colours.md': '',
    });
    expect(outline(content)).toEqual([
      'theme schools/the web /the-web',
      '  course css',
      '    lesson css/colours',
    ]);
    expect(title).toBe('The web');
  });

  it('works on folders of plain Markdown of any nesting', () => {
    const deep = Array.from({ length: 60 }, (_, level) => `level ${level}`).join('/');
    const { content, problems } = open({ [`${deep}/last.md`]: 'Text', 'notes.md': 'Text' });
    expect(problems).toEqual([]);
    const lesson = outline(content)
      .find((line) => line.trim().startsWith('lesson'))!
      .trim();
    const [, id, path] = lesson.split(' ');
    expect(id).toHaveLength(256);
    expect(path).toBe(`/${deep.replaceAll(' ', '-')}/last`);
  });

  it('keeps ids of very long paths apart', () => {
    const deep = Array.from({ length: 30 }, () => 'the same long name').join('/');
    const { content } = open({ [`a/${deep}/x.md`]: '', [`b/${deep}/x.md`]: '' });
    const ids = outline(content).map((line) => line.trim().split(' ')[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('takes loops.md beside loops/ as the page of that folder', () => {
    const { content } = open({ 'a/loops.md': '# Round and round', 'a/loops/for.md': '' });
    expect(outline(content)).toEqual(['theme a', '  course a/loops', '    lesson a/loops/for']);
    expect(content[0]!.children![0]!.title).toBe('Round and round');
  });

  it('lets names that differ by their number alone keep it, and warns', () => {
    const { content, problems } = open({
      '01-start.md': '',
      '02-exercise.md': '',
      '03-exercise.md': page('id: third'),
    });
    expect(outline(content)).toEqual([
      'lesson start',
      'lesson 02-exercise',
      'lesson third /03-exercise',
    ]);
    expect(problems.map((each) => each.message)).toEqual([
      expect.stringContaining('its id is "02-exercise"'),
    ]);
  });

  it('continues the id of a chapter in its first page of the same id, and warns', () => {
    const { content, problems } = open({
      'android/_index.md': page('id: rust/android'),
      'android/01-welcome.md': page('title: Welcome\nid: rust/android'),
    });
    expect(outline(content)).toEqual([
      'theme rust/android /android',
      '  lesson rust/android/welcome /android/welcome',
    ]);
    expect(problems).toMatchObject([{ severity: 'warning', line: 3 }]);
  });

  it('takes odd names as they come', () => {
    const { content, problems } = open({
      '日本語/01-はじめに.md': '',
      'Cafe\u0301 & co.md': '',
      'line\nbreak.md': '',
      'emoji 🎉/what?.md': '',
      '__proto__/constructor.md': '',
      '%2e%2e%2f.md': '',
    });
    expect(problems).toEqual([]);
    expect(
      outline(content)
        .map((line) => line.trim())
        .sort(),
    ).toEqual([
      'lesson 2e-2e-2f',
      'lesson Café-&-co',
      'lesson __proto__/constructor',
      'lesson emoji-🎉/what',
      'lesson line-break',
      'lesson 日本語/はじめに',
      'theme __proto__',
      'theme emoji-🎉',
      'theme 日本語',
    ]);
  });
});

describe('what is left out', () => {
  it('finds nothing in empty folders, and in folders without Markdown', () => {
    expect(open({}).content).toEqual([]);
    expect(
      open({ 'a/b/picture.png': '', 'a/notes.txt': '', '.git/x.md': '', '.x.md': '' }),
    ).toMatchObject({ content: [], problems: [], title: undefined });
  });

  it('takes the root page alone as the home page', async () => {
    const site = open({ 'README.md': '# Welcome\n\nHere.' });
    expect(site).toMatchObject({ content: [], title: 'Welcome' });
    expect((await site.introduction()).html.trim()).toBe('<p>Here.</p>');
  });

  it('leaves drafts out with all below, until they are asked for', () => {
    const files = {
      'a/_index.md': page('draft: true\nid: twice'),
      'a/b/c.md': page('type: nonsense'),
      'd.md': page('draft: true\nid: twice\natLeast: 3'),
      'e.md': '',
    };
    expect(outline(open(files).content)).toEqual(['lesson e']);
    expect(() => open(files, { drafts: true })).toThrow(ContentError);
  });

  it('says which page of a folder it passed over', () => {
    const { content, problems } = open({
      'a/README.md': '# R',
      'a/_index.md': '# I',
      'a/b.md': '',
    });
    expect(content[0]!.title).toBe('I');
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        message: 'is ignored: a/_index.md is already the page of this folder',
      },
    ]);
  });
});

describe('what an item carries', () => {
  it('holds what the author stated, and never the questions', () => {
    const { content } = open({
      'a.md': page(`id: one
title: One
description: First
type: exercise
order: 2
duration: 7
optional: true
version: 3
aliases: [uno]
completion: [exercise]
passingScore: 80
score: latest
attempts: 2
questions: [{ kind: text, prompt: What?, answer: [secret] }]`),
    });
    expect(content).toEqual([
      {
        id: 'one',
        type: 'exercise',
        title: 'One',
        path: 'a',
        description: 'First',
        duration: 7,
        optional: true,
        version: 3,
        aliases: ['uno'],
        completion: ['exercise'],
        passingScore: 80,
        score: 'latest',
        attempts: 2,
        graded: true,
      },
    ]);
  });

  it('gives the server the questions, and nothing of what is no exercise', () => {
    const opened = open({
      'a.md': page(
        'id: one\ntype: exercise\nquestions: [{ kind: text, prompt: What?, answer: [secret] }]',
      ),
      'b.md': page('id: two'),
    });
    expect(opened.questions('one')).toEqual([
      { kind: 'text', prompt: 'What?', points: 1, answer: ['secret'] },
    ]);
    expect([opened.questions('two'), opened.questions('three')]).toEqual([[], []]);
  });

  it.each([
    ['Text\n\n## A *fine* `heading` &amp; more\n', 'A fine heading & more'],
    ['Setext\nheading\n===\n', 'Setext heading'],
    ['```sh\n# no heading\n```\n\n# Yes\n', 'Yes'],
    ['~~~\n# no\n```\n# no\n~~~\n# Yes', 'Yes'],
    ['<!--\n# no\n-->\n\n# Yes', 'Yes'],
    ['    # code\n\n# Yes', 'Yes'],
    ['#\n\n# Yes', 'Yes'],
    ['<h1 align="center">\n  <img src="x.png"> The <b>name</b>\n</h1>\n\n## Later', 'The name'],
    ['# See [the site][1]\n\n[1]: https://example.com', 'See the site'],
    ['# Slices {#part}', 'Slices'],
    ['No heading\n#hashtag\n', 'My page'],
    ['', 'My page'],
  ])('takes from %j the title %j', (text, title) => {
    expect(open({ '01-my-page.md': text }).content[0]!.title).toBe(title);
  });

  it('reckons a minute for 200 words', () => {
    const minutes = (text: string) => open({ 'a.md': text }).content[0]!.duration;
    expect(minutes('')).toBe(1);
    expect(minutes('word '.repeat(700))).toBe(4);
    expect(minutes('字'.repeat(600))).toBe(3);
    expect(open({ 'a/b.md': '' }).content[0]).not.toHaveProperty('duration');
  });
});

describe('errors', () => {
  const errorsOf = (files: Files, options?: Partial<ContentOptions>) => {
    const dir = folderWith(files);
    try {
      createContent({ dir, reserved: ['dashboard', 'api'], ...options });
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim().replace(`${dir}/`, ''));
    }
    throw new Error('It started');
  };

  it('names file and line of each, all at once', () => {
    expect(
      errorsOf({
        'a.md': page('title: A\nid: same'),
        'b.md': page('id: same'),
        'c.md': page('title: C\naliases: [same]'),
        'd/_index.md': page('type: course\natLeast: 2'),
        'd/e.md': page('passingScore: 101\ntype: exercise'),
        'f.md': page('title: 5'),
        'g/_index.md': page('title: G\ntype: lesson'),
        'g/h.md': '',
        'i.md': page('title: I\nattempts: 0\ntype: exercise'),
      }),
    ).toEqual([
      'b.md:2: two items have the id "same"; see a.md',
      'c.md:3: the alias "same" is the id of a living item',
      'd/_index.md:3: atLeast is 2, but 1 required units are there',
      'd/e.md:2: passingScore is 0 to 100',
      'f.md:2: title: must be text (put it in quotes)',
      'g/_index.md:3: a lesson holds no other items',
      'g/h.md:1: a lesson cannot lie in a lesson',
      'i.md:3: attempts is 1 or more',
    ]);
  });

  it('refuses containers inside deeper ones', () => {
    expect(
      errorsOf({
        'a/_index.md': page('type: course'),
        'a/b/_index.md': page('title: B\ntype: theme'),
      }),
    ).toEqual(['a/b/_index.md:3: a theme cannot lie in a course']);
  });

  it('refuses addresses that the site uses, whatever makes them', () => {
    expect(errorsOf({ '01-dashboard.md': '', 'a.md': '' })).toEqual([
      '01-dashboard.md:1: the site itself uses the address /dashboard: rename it',
    ]);
    expect(errorsOf({ 'api/b.md': '' })).toEqual([
      expect.stringContaining('api:1: the site itself'),
    ]);
    expect(errorsOf({ '_index.md': page('type: theme\nid: x/api') })).toHaveLength(1);
    expect(open({ 'a/api.md': '' }).problems).toEqual([]);
  });

  it('refuses two pages at one address', () => {
    expect(errorsOf({ 'a b.md': page('id: one'), 'a-b.md': page('id: two') })).toEqual([
      'a-b.md:1: a b.md has the same address, /a-b',
    ]);
    expect(errorsOf({ 'a b.md': '', 'a-b.md': '' })).toEqual([
      'a-b.md:1: two items have the id "a-b"; see a b.md',
    ]);
  });

  it.each([
    ['completion: [video]', 'completion: video never fires'],
    ['completion: [exercise]', 'completion: exercise never fires: there is none with questions'],
    [
      'type: exercise\ncompletion: [exercise]',
      'completion: exercise never fires: there are no quest',
    ],
    [
      'type: exercise\ncompletion: [exercise, button]\nquestions: [{ kind: text, prompt: p, answer: [a] }]',
      'completion: button never fires',
    ],
    ['questions: [{ kind: text, prompt: p, answer: [a] }]', 'questions are for exercises'],
    ['type: module\ncompletion: [button]', 'completion is for lessons and exercises'],
  ])('refuses the rule %j, which can never be met', (rule, message) => {
    const errors = errorsOf({ 'a.md': page(rule, '`<video>`') });
    expect(errors).toEqual([expect.stringContaining(message)]);
  });

  it('refuses questions whose answers would not fit into one attempt', () => {
    const options = ['x', 'y', 'z'].map((letter) => letter.repeat(3000)).join(', ');
    const question = `questions: [{ kind: order, prompt: p, options: [${options}] }]`;
    expect(errorsOf({ 'a.md': page(`type: exercise\n${question}`) })).toEqual([
      expect.stringContaining('all answers together are too long to be handed in'),
    ]);
  });

  it('takes rules that can be met', () => {
    const { problems } = open({
      'video.md': page('completion: [video]', '<video src="x.mp4"></video>'),
      'image.md': page('completion: [video, { time: 30 }]', '![A clip](x.webm)'),
      'read.md': page('completion: [exercise]'),
      'test.md': page('type: exercise\nquestions: [{ kind: text, prompt: p, answer: [a] }]'),
    });
    expect(problems).toEqual([]);
  });

  it('names a folder that is not there', () => {
    const dir = folderWith({});
    expect(() => createContent({ dir: join(dir, 'nowhere'), reserved: [] })).toThrow(
      /nowhere:1: it cannot be read \(ENOENT\)/,
    );
  });

  it('refuses a page of more than a mebibyte, and warns of other text than UTF-8', () => {
    expect(errorsOf({ 'a.md': 'x'.repeat(2 ** 20 + 1) })).toEqual([
      expect.stringContaining('a.md:1: the page has 1.0 MiB'),
    ]);
    const { problems } = open({ 'a.md': Buffer.from('caf\xe9', 'latin1') });
    expect(problems).toMatchObject([{ severity: 'warning', line: 1 }]);
  });
});

describe('in development', () => {
  it('shows what changed at the next look, and the same content until then', async () => {
    const dir = folderWith({ 'a.md': '# A\n\nOld text.', 'b.md': '# B\n\n![P](p.png)' });
    const site = createContent({ dir, reserved: [], watch: true });
    const before = site.content;
    expect(site.content).toBe(before);
    expect((await site.page('a'))!.html).toContain('Old text.');
    expect((await site.page('b'))!.html).not.toContain('<img');

    writeFiles(dir, { 'a.md': '# A\n\nNew, longer text.', 'p.png': 'x', 'c.md': '' });
    expect(outline(site.content)).toEqual(['lesson a', 'lesson b', 'lesson c']);
    expect((await site.page('a'))!.html).toContain('New, longer text.');
    expect((await site.page('b'))!.html).toContain('<img');
  });

  it('keeps the last sound content while there are errors, and tells them', () => {
    const dir = folderWith({ 'a.md': '# A' });
    const site = createContent({ dir, reserved: [], watch: true });
    writeFiles(dir, { 'a.md': page('type: chapter') });
    expect(site.content[0]!.title).toBe('A');
    expect(site.problems).toMatchObject([{ severity: 'error', file: join(dir, 'a.md'), line: 2 }]);

    rmSync(join(dir, 'a.md'));
    writeFiles(dir, { 'b.md': '# B' });
    expect(site.content[0]!.title).toBe('B');
    expect(site.problems).toEqual([]);
  });

  it('starts without content while that has errors', () => {
    const dir = folderWith({ 'a.md': page('type: chapter') });
    const site = createContent({ dir, reserved: [], watch: true });
    expect(site.content).toEqual([]);
    expect(site.problems).toHaveLength(1);
    writeFiles(dir, { 'a.md': '# A, at last' });
    expect(site.content[0]!.title).toBe('A, at last');
  });

  it('reads nothing again in production', async () => {
    const dir = folderWith({ 'a.md': '# A\n\nOld text.' });
    const site = createContent({ dir, reserved: [] });
    writeFiles(dir, { 'a.md': '# B\n\nNew text.' });
    expect(site.content[0]!.title).toBe('A');
    expect((await site.page('a'))!.html).toContain('Old text.');
  });
});

describe('pages', () => {
  it('gives each item its text, and nothing for unknown ids', async () => {
    const site = open({
      'a/b.md': '# B\n\nText',
      '_index.md': page('type: theme\nid: t', 'Root text'),
    });
    expect((await site.page('a/b'))!.html.trim()).toBe('<p>Text</p>');
    expect((await site.page('t'))!.html.trim()).toBe('<p>Root text</p>');
    expect(await site.page('a')).toEqual({ html: '', headings: [] });
    expect(await site.page('nowhere')).toBeUndefined();
    expect(await site.introduction()).toEqual({ html: '', headings: [] });
  });

  it('renders a page once while it is kept', async () => {
    const site = open({ 'a.md': 'Text' });
    expect(await site.page('a')).toBe(await site.page('a'));
  });

  it('says which page is too deeply nested to be shown, and shows the others', async () => {
    const site = open({ 'a.md': '<div>'.repeat(5_000), 'b.md': 'Text' });
    await expect(site.page('a')).rejects.toThrow('The page a.md cannot be shown');
    expect((await site.page('b'))!.html).toContain('Text');
  });
});
