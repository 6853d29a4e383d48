import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { checkContentFolder } from './check.ts';
import { folderWith, page } from './folder.testing.ts';
import type { Files } from './folder.testing.ts';

async function problemsIn(files: Files) {
  const dir = folderWith(files);
  const { problems } = await checkContentFolder({ dir, reserved: [] });
  return problems.map(({ severity, file, line, message }) => {
    return `${severity} ${file.slice(dir.length + 1)}:${line} ${message}`;
  });
}

it('counts items and optional units', async () => {
  const dir = folderWith({
    'a/b/_index.md': page('optional: true'),
    'a/b/c.md': '',
    'a/b/d.md': page('type: exercise'),
    'a/e.md': page('optional: true'),
    'a/f.md': '',
  });
  const report = await checkContentFolder({ dir, reserved: [] });
  expect(report.problems).toEqual([]);
  expect(Object.fromEntries(report.counts)).toEqual({
    theme: 1,
    course: 1,
    module: 0,
    lesson: 3,
    exercise: 1,
  });
  expect(report.optional).toBe(3);
});

it('tells links that lead nowhere, in the home page too', async () => {
  const problems = await problemsIn({
    '_index.md': '# Home\n\n[a](gone.md)',
    'a.md': page('title: A', '## Part\n\n[x](#part) [y](#no-part)\n\n[z](b.md#b) [w](b.md#no-b)'),
    'b.md': '# B\n\n![p](gone.png)',
  });
  expect(problems).toEqual([
    'warning _index.md:3 the link to gone.md leads nowhere: nothing is at gone.md',
    'warning a.md:7 the link leads to no heading of a.md',
    'warning a.md:9 the link leads to no heading of b.md',
    'warning b.md:3 the link to gone.png leads nowhere: nothing is at gone.png',
  ]);
});

it('tells errors and warnings together, and pages that cannot be shown', async () => {
  const problems = await problemsIn({
    'a.md': page('type: chapter', '[a](gone.md)'),
    'b.md': '<div>'.repeat(5_000),
  });
  expect(problems).toEqual([
    'error a.md:2 type: must be theme, course, module, lesson, exercise',
    'warning a.md:5 the link to gone.md leads nowhere: nothing is at gone.md',
    expect.stringMatching(/^error b\.md:1 the page cannot be shown/),
  ]);
});

it('is a command that ends with 1 for errors alone', async () => {
  const run = (dir: string) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
      const script = resolve('scripts/content-check.js');
      const args = ['--conditions=@sveltekit-cairn/source', script, dir];
      execFile(process.execPath, args, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  const good = folderWith({ 'a/b.md': '[x](gone.md)' });
  expect(await run(good)).toEqual({
    code: 0,
    stdout: `${good}: 1 theme, 0 courses, 0 modules, 1 lesson, 0 exercises; 0 units optional; 1 warning\n`,
    stderr: `${good}/a/b.md:1: warning: the link to gone.md leads nowhere: nothing is at a/gone.md\n`,
  });
  const bad = folderWith({ 'a.md': page('title: 5\nid: 6') });
  expect(await run(bad)).toEqual({
    code: 1,
    stdout: '',
    stderr: `${bad}/a.md:2: title: must be text (put it in quotes)
${bad}/a.md:3: id: must be text (put it in quotes)
${bad}: 2 errors, 0 warnings
`,
  });
});
