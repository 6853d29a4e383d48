import { ESLint } from 'eslint';
import { join } from 'node:path';
import ts from 'typescript-eslint';
import { expect, test } from 'vitest';

// None of the rules below asks for types, and without them a file need not exist.
const eslint = new ESLint({
  cwd: join(import.meta.dirname, '..', '..'),
  overrideConfig: ts.configs.disableTypeChecked,
});

const docstring = '/** What it is. */';

/** The rule that a file with this text in this place breaks. */
const cases = [
  ['no-restricted-properties', 'src/lib/core/index.ts', 'const a = Date.now();'],
  ['no-restricted-properties', 'src/lib/core/index.ts', 'const a = Math.random();'],
  ['no-restricted-syntax', 'src/lib/core/index.ts', 'const a = new Date();'],
  ['nothing', 'src/lib/core/index.ts', 'const a = new Date(0);'],
  ['no-restricted-syntax', 'src/lib/core/index.ts', 'class A {}'],
  ['no-restricted-globals', 'src/lib/core/index.ts', 'const a = crypto;'],
  ['no-restricted-globals', 'src/lib/core/index.ts', 'const a = process;'],
  ['no-restricted-globals', 'src/lib/core/index.ts', 'const a = document;'],
  ['no-restricted-globals', 'src/lib/core/index.ts', 'const a = setTimeout;'],
  ['no-restricted-globals', 'src/lib/core/index.ts', 'const a = structuredClone;'],
  ['nothing', 'src/lib/server/index.ts', 'const a = crypto;'],
  ['no-restricted-exports', 'src/lib/server/index.ts', 'const a = 1; export default a;'],
  ['no-restricted-imports', 'src/lib/server/index.ts', `import '../core/index';`],
  ['nothing', 'src/lib/server/index.ts', `import '../core/index.ts';`],
  ['no-restricted-imports', 'src/hooks.server.ts', `import './lib/server/index.ts';`],
  ['nothing', 'src/hooks.server.ts', `import 'sveltekit-cairn/server';`],
  ['no-console', 'src/lib/server/index.ts', 'console.log(1);'],
  ['nothing', 'scripts/start.js', 'console.log(1);'],
  ['@typescript-eslint/no-explicit-any', 'src/lib/server/index.ts', 'let a: any;'],
  ['@typescript-eslint/max-params', 'vite.config.ts', 'function a(b, c, d, e) {}'],
  ['max-lines', 'vite.config.ts', 'let a;\n'.repeat(301)],
  ['house/docstring-on-export', 'src/lib/server/index.ts', 'export const a = 1;'],
  ['nothing', 'src/lib/server/index.ts', `${docstring}\nexport const a = 1;`],
  [
    'nothing',
    'src/lib/server/index.ts',
    `${docstring}\nexport const a = [1] as const;\nexport type A = (typeof a)[number];`,
  ],
  ['house/reason-for-exception', 'vite.config.ts', 'eval(``); // eslint-disable-line no-eval'],
  ['nothing', 'vite.config.ts', 'console.log(1); // eslint-disable-line no-console -- a reason'],
  ['house/file-name', 'src/site/utils.ts', ''],
  ['house/file-name', 'src/site/readMarkdown.ts', ''],
  ['nothing', 'src/site/read-markdown.ts', ''],
  ['house/file-name', 'src/lib/components/progress-ring.svelte', ''],
  ['nothing', 'src/lib/components/ProgressRing.svelte', ''],
  ['nothing', 'src/routes/[...courseContentSlug]/+page.svelte', ''],
] as const;

const ours: (string | null | undefined)[] = cases.map(([rule]) => rule);

test.each(cases)('%s in %s: %s', async (rule, filePath, text) => {
  const [result] = await eslint.lintText(text, { filePath });
  const found = result?.messages.map(({ ruleId }) => ruleId) ?? [];
  // What else such a scrap breaks (unused names ...) is beside the point.
  if (rule === 'nothing') expect(found.filter((id) => ours.includes(id))).toEqual([]);
  else expect(found).toContain(rule);
});
