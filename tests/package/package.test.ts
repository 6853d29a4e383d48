import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as server from 'sveltekit-cairn/server';
import * as core from 'sveltekit-cairn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Not vitest's own NODE_ENV=test: an adopter builds for production. */
const environment = { ...process.env, NODE_ENV: 'production' };

/**
 * Of JavaScript, without Svelte's, with every component and trigger, and Brotli at its best. The aim
 * is 15,000: what raises this must be worth it.
 */
const MOST_BYTES = 20_500;

/** What an adopter's project has beside the library. */
const BESIDE = [
  '@sveltejs/kit',
  '@sveltejs/vite-plugin-svelte',
  '@types/node',
  'svelte',
  'svelte-check',
  'typescript',
  'vite',
];

/** An empty project that an adopter begins with: it holds the packed library and its peers. */
let adopter: string;

beforeAll(() => {
  adopter = mkdtempSync(join(tmpdir(), 'cairn-adopter-'));
  run(root, 'npm', ['run', '--silent', 'package']);
  run(root, 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', adopter]);
  const { version } = manifestOf(root);
  // All of them are dependencies: of a production's, npm leaves out the others.
  write('package.json', {
    type: 'module',
    dependencies: {
      'sveltekit-cairn': `file:sveltekit-cairn-${version}.tgz`,
      ...Object.fromEntries(BESIDE.map((name) => [name, versionOf(name)])),
    },
  });
  run(adopter, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--silent']);
});
afterAll(() => {
  rmSync(adopter, { recursive: true });
});

test('the tarball holds what is published and nothing else', () => {
  const files = run(adopter, 'tar', ['-tzf', `sveltekit-cairn-${manifestOf(root).version}.tgz`])
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''));
  const published = /^(README[.]md|LICENSE|package[.]json|dist\/.+[.](d[.]ts|js|svelte|css))$/;
  expect(files.filter((path) => !published.test(path))).toEqual([]);
  expect(files.filter((path) => /[.](test|testing)[.]/.test(path))).toEqual([]);
  expect(files).toContain('dist/core/index.js');
});

test.each([
  ['sveltekit-cairn', core],
  ['sveltekit-cairn/server', server],
])('%s imports in Node and has the names of its source', (name, source) => {
  const script = `console.log(JSON.stringify(Object.keys(await import('${name}'))))`;
  const names = JSON.parse(run(adopter, 'node', ['--input-type=module', '-e', script])) as string[];
  expect(names.sort()).toEqual(Object.keys(source).sort());
});

test('the server works in Node', () => {
  const script = `
    import { sqlite } from 'sveltekit-cairn/server';
    const database = sqlite(':memory:');
    await database.close();
    console.log(database.dialect);`;
  expect(run(adopter, 'node', ['--input-type=module', '-e', script]).trim()).toBe('sqlite');
});

test.each(['bundler', 'nodenext'])('its types resolve under %s', (moduleResolution) => {
  write(
    'types/use.ts',
    `import { createCatalogue } from 'sveltekit-cairn';
     import { createProgressServer, sqlite } from 'sveltekit-cairn/server';
     export const right = [createCatalogue, createProgressServer, sqlite];
     export const wrong: number = createCatalogue;`,
  );
  write('types/tsconfig.json', {
    compilerOptions: {
      module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution,
      target: 'esnext',
      lib: ['esnext', 'dom', 'dom.iterable'],
      types: ['node'],
      strict: true,
      // As SvelteKit's own tsconfig has it: pg is optional, and so are its types.
      skipLibCheck: true,
      noEmit: true,
    },
    files: ['use.ts'],
  });
  const report = spawnSync('node_modules/.bin/tsc', ['-p', 'types'], { cwd: adopter });
  // The one mistake made on purpose is found: the types are there, not any.
  const lines = report.stdout.toString().trim().split('\n');
  expect(lines).toEqual([expect.stringMatching(/use[.]ts.* is not assignable to type 'number'/)]);
});

describe('in a SvelteKit site', () => {
  beforeAll(() => {
    write(
      'vite.config.js',
      `import { sveltekit } from '@sveltejs/kit/vite';
       export default { plugins: [sveltekit()] };`,
    );
    write('src/app.html', '<!doctype html><head>%sveltekit.head%</head>%sveltekit.body%');
  });

  test('client and components build', () => {
    write(
      'src/routes/+page.svelte',
      `<script lang="ts">
         import * as client from 'sveltekit-cairn/client';
         import * as components from 'sveltekit-cairn/components';
         import 'sveltekit-cairn/components/tokens.css';
       </script>
       {Object.keys(client)} {Object.keys(components)}`,
    );
    run(adopter, 'node_modules/.bin/vite', ['build', '--logLevel', 'error']);
  });

  test('the guide for adopters is a site: its examples check and build', () => {
    const files = guideFiles(readFileSync(join(root, 'docs', 'adopting.md'), 'utf8'));
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'src/routes/sailing/[lesson]/+page.server.ts',
        'src/routes/api/progress/sync/+server.ts',
      ]),
    );
    for (const [path, text] of Object.entries(files)) write(path, text);
    // What the guide takes for granted.
    write(
      'src/app.d.ts',
      'declare namespace App { interface Locals { user: { id: string } | null } }',
    );
    write('tsconfig.json', { extends: '$app/tsconfig', include: ['src'] });
    run(adopter, 'node_modules/.bin/svelte-kit', ['sync']);
    run(adopter, 'node_modules/.bin/svelte-check', ['--fail-on-warnings']);
    run(adopter, 'node_modules/.bin/vite', ['build', '--logLevel', 'error']);
  });

  test('what its pages load stays small', () => {
    write(
      'src/pages.js',
      `export * from 'sveltekit-cairn/client';
       export * from 'sveltekit-cairn/components';`,
    );
    write(
      'pages.config.js',
      `import { svelte } from '@sveltejs/vite-plugin-svelte';
       export default { plugins: [svelte()], build: { outDir: 'pages', rollupOptions: {
         input: 'src/pages.js', preserveEntrySignatures: 'strict', external: /^(svelte|esm-env)(\\/|$)/ } } };`,
    );
    const config = ['build', '--config', 'pages.config.js', '--logLevel', 'error'];
    run(adopter, 'node_modules/.bin/vite', config);
    const scripts = globSync('pages/**/*.js', { cwd: adopter });
    const bytes = scripts.map((path) => {
      const script = readFileSync(join(adopter, path));
      const [gzip, brotli] = [gzipSync(script, { level: 9 }), brotliCompressSync(script)];
      return { path, minified: script.length, gzip: gzip.length, brotli: brotli.length };
    });
    process.stdout.write(`What a page loads of the library: ${JSON.stringify(bytes)}\n`);
    // All of it in one file: nothing is left for later, uncounted.
    expect(bytes).toHaveLength(1);
    expect(bytes[0]!.brotli).toBeLessThan(MOST_BYTES);
  });

  test('a browser bundle that asks for the server says what is wrong, whatever the name', () => {
    const names = Object.keys(server).join(', ');
    write(
      'src/browser.js',
      `import { ${names} } from 'sveltekit-cairn/server';\nconsole.log(${names});`,
    );
    write(
      'browser.config.js',
      `export default { build: { outDir: 'browser', rollupOptions: {
         input: 'src/browser.js', output: { entryFileNames: 'bundle.js' } } } };`,
    );
    const config = ['build', '--config', 'browser.config.js', '--logLevel', 'error'];
    run(adopter, 'node_modules/.bin/vite', config);
    const bundle = spawnSync('node', ['browser/bundle.js'], { cwd: adopter });
    expect(bundle.stderr.toString()).toContain(
      "'sveltekit-cairn/server' was imported by code that runs in the browser",
    );
  });
});

/**
 * The files that a guide tells to write, by their paths: each example that begins with its own, each
 * route of the table, and each other component.
 */
function guideFiles(guide: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [, language, text = ''] of guide.matchAll(/^```(ts|svelte)\n(.*?)^```/gms)) {
    const named = /^(?:\/\/|<!--) (src\/[^ :\n]+)/.exec(text)?.[1];
    const path = named ?? (language === 'svelte' ? `src/lib/Example${text.length}.svelte` : null);
    if (path) files[path] = text;
  }
  for (const [, path, line = ''] of guide.matchAll(/^\| `(\S*[+]server[.]ts)` +\| `(.*?)`/gm)) {
    const route = `src/routes/api/progress/${path}`;
    const home = relative(dirname(route), 'src/lib/server/progress.ts');
    files[route] ??= `import { progress } from '${home}';\n${line}\n`;
  }
  return files;
}

/** Runs a program to its end and answers what it printed. Throws with all of it when it fails. */
function run(cwd: string, program: string, args: string[]): string {
  const done = spawnSync(program, args, { cwd, encoding: 'utf8', env: environment });
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(' ')}\n${done.stdout}${done.stderr}`);
}

function versionOf(name: string): string {
  return manifestOf(join(root, 'node_modules', name)).version;
}

function manifestOf(folder: string): { version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
}

/** Writes a file of the adopter's project; anything but text as JSON. */
function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(adopter, path)), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(adopter, path), text);
}
