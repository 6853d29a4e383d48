import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** A project that keeps the rooms of ARCHITECTURE.md apart: nothing here may be reported. */
const lawful = {
  'src/lib/core/index.ts': `export * from './wire.ts'; import './rule.ts';`,
  'src/lib/core/rule.ts': `import type { a } from './wire.ts'; export const b = 1;`,
  'src/lib/core/rule.test.ts': `import 'vitest'; import 'node:fs'; import './rule.ts';`,
  'src/lib/core/wire.ts': `import 'valibot'; export const a = 1;`,
  'src/lib/server/index.ts': `
    import 'node:sqlite'; import 'kysely'; import 'pg'; import '@sveltejs/kit';
    import 'valibot'; import '@valibot/to-json-schema'; import '../core/index.ts';`,
  'src/lib/client/index.ts': `import 'svelte'; import '../core/index.ts';`,
  'src/lib/client/sync.test.ts': `import '../server/index.ts';`,
  'src/lib/components/index.ts': `export { default as Ring } from './Ring.svelte';`,
  'src/lib/components/Ring.svelte': `
    <script lang="ts">
      import { onMount } from 'svelte'; import '../core/index.ts'; import '../client/index.ts';
      import Self from './Ring.svelte';
      let count: number = $state(0); onMount(() => (count += 1));
    </script>{count}{#if count}<Self />{/if}`,
  'src/site/site.ts': `
    import 'sveltekit-cairn'; import 'sveltekit-cairn/server'; import 'shiki'; import '$app/env';`,
  'src/routes/+page.ts': `import type {} from './$types'; import '../site/site.ts';`,
  'src/routes/+page.svelte': `
    <script lang="ts">
      import 'sveltekit-cairn/client'; import { Ring } from 'sveltekit-cairn/components';
    </script><Ring />`,
  'server.js': `import 'node:http';`,
  'tests/integration/x.test.ts': `import '../../src/lib/server/index.ts';`,
};

/** What breaks each rule: the rule, the file that breaks it, what it imports. */
const broken = [
  ['core-stands-alone', 'src/lib/core/a.ts', 'node:fs'],
  ['core-stands-alone', 'src/lib/core/b.ts', 'valibot'],
  ['core-stands-alone', 'src/lib/core/c.ts', '../server/index.ts'],
  ['core-parses-with-valibot', 'src/lib/core/wire.ts', 'idb'],
  ['server-stands-on-core', 'src/lib/server/a.ts', '../client/index.ts'],
  ['server-stands-on-core', 'src/lib/server/b.ts', '../components/index.ts'],
  ['server-stands-on-core', 'src/lib/server/c.ts', 'idb'],
  ['server-stands-on-core', 'src/lib/server/d.ts', '$app/env'],
  ['server-stands-on-core', 'src/lib/server/e.ts', '../../site/site.ts'],
  ['client-stands-on-core', 'src/lib/client/a.ts', '../server/index.ts'],
  ['client-stands-on-core', 'src/lib/client/b.svelte.ts', '../components/index.ts'],
  ['client-stands-on-core', 'src/lib/client/c.ts', 'node:crypto'],
  ['client-stands-on-core', 'src/lib/client/d.ts', '@sveltejs/kit'],
  ['client-stands-on-core', 'src/lib/client/e.ts', 'idb'],
  ['components-stand-on-client', 'src/lib/components/a.ts', '../server/index.ts'],
  ['components-stand-on-client', 'src/lib/components/B.svelte', 'idb'],
  ['library-by-its-name', 'src/site/a.ts', '../lib/server/index.ts'],
  ['library-by-its-name', 'src/routes/a/+page.svelte', '../../lib/components/index.ts'],
  ['library-by-its-name', 'src/routes/b/+server.ts', '../../lib/core/rule.ts'],
  ['library-by-its-name', 'src/hooks.server.ts', './lib/server/index.ts'],
  ['library-by-its-name', 'src/service-worker/index.ts', '../lib/client/index.ts'],
  ['production-without-tests', 'src/site/b.ts', './b.test.ts'],
  ['production-without-tests', 'src/site/c.ts', '../../tests/support/site.ts'],
  ['nothing-unresolvable', 'src/site/d.ts', './missing.ts'],
  ['nothing-unresolvable', 'src/site/e.ts', 'sveltekit-cairn/core'],
  ['no-cycles', 'src/site/f.ts', './g.ts'],
] as const;

/** What is there besides, for the imports above to lead somewhere. */
const others = {
  'src/site/alone.ts': '',
  'src/site/b.test.ts': '',
  'src/site/g.ts': importing('', './f.ts'),
  'tests/support/site.ts': '',
};

const packages = [
  ...['valibot', 'kysely', 'pg', '@sveltejs/kit', '@valibot/to-json-schema', 'svelte', 'idb'],
  ...['shiki', 'vitest'],
  // What a compiled component imports.
  ...['internal/client', 'internal/disclose-version', 'internal/flags/legacy'].map(
    (part) => `svelte/${part}`,
  ),
];

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test('a project that keeps its rooms apart is clean', () => {
  expect(violationsOf(lawful)).toEqual([]);
});

describe('a project that does not', () => {
  let found: Violation[];
  beforeAll(() => {
    const wrong: Files = {};
    for (const [, file, name] of broken) wrong[file] = importing(file, name);
    found = violationsOf({ ...lawful, ...others, ...wrong });
  });

  test.each(broken)('%s: %s must not import %s', (rule, file) => {
    expect(found).toContainEqual({ rule, file });
  });

  test('no-orphans: a file that nobody uses', () => {
    expect(found).toContainEqual({ rule: 'no-orphans', file: 'src/site/alone.ts' });
  });

  test('nothing else is reported', () => {
    expect(found).toHaveLength(broken.length + 1);
  });
});

interface Violation {
  rule: string;
  file: string;
}

/** Content by path. */
type Files = Record<string, string>;

function importing(file: string, name: string): string {
  return file.endsWith('.svelte') ? `<script>import '${name}';</script>` : `import '${name}';`;
}

/** What `npm run boundaries` reports of a project with these files and this project's rules. */
function violationsOf(files: Files): Violation[] {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-boundaries-'));
  folders.push(folder);
  for (const file of ['package.json', '.dependency-cruiser.cjs']) {
    cpSync(join(root, file), join(folder, file));
  }
  write(folder, { 'tsconfig.json': '{ "compilerOptions": { "target": "esnext" } }', ...files });
  for (const name of packages) {
    const manifest = JSON.stringify({ name, main: 'index.js' });
    write(join(folder, 'node_modules', name), { 'package.json': manifest, 'index.js': '' });
  }
  const cruise = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'];
  const report = spawnSync(join(root, 'node_modules/.bin/depcruise'), cruise, { cwd: folder });
  const { summary } = JSON.parse(report.stdout.toString()) as {
    summary: { violations: { rule: { name: string }; from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => ({ rule: rule.name, file: from }));
}

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
