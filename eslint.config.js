import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';
import { house } from './eslint.house-rules.js';

/** All that browsers and Node add to the language: the rules of progress use none of it. */
const outsideWorld = Object.keys({ ...globals.browser, ...globals.node }).filter(
  (name) => !(name in globals.builtin),
);

export default defineConfig(
  globalIgnores([
    '**/build/',
    'dist/',
    '**/.svelte-kit/',
    '.cache/',
    'coverage/',
    'data/',
    'content/',
  ]),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    name: 'everywhere',
    plugins: { house },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        // TypeScript's own patterns skip files whose names begin with a dot.
        projectService: { allowDefaultProject: ['.dependency-cruiser.cjs'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // The type checker knows every name, in Svelte files too.
      'no-undef': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Objects here are made of closures, which keep no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // An interface may ask for a promise where this implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Once parsed, what is known to be there is not asked for again.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'house/reason-for-exception': 'error',
      'house/file-name': 'error',
    },
  },
  {
    name: 'svelte',
    files: ['**/*.svelte', '**/*.svelte.ts', '**/*.svelte.js'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // `let` is how a rune that is bound or reassigned in the template is declared.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
      // The site has its origin to itself: a path is a path, with no base before it.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    name: 'our own modules',
    files: ['src/lib/**/*.ts', 'src/site/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.testing.ts'],
    rules: {
      'house/docstring-on-export': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
    },
  },
  {
    name: 'the library',
    files: ['src/lib/**/*.{ts,svelte}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.{1,2}/(?!.*\\.(ts|svelte|css)$)',
              message: 'Inside the library a relative import names its file extension.',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'the site, which knows the library by its name',
    files: ['src/**/*.{ts,svelte}'],
    ignores: ['src/lib/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              // dependency-cruiser does not see the types that a .svelte file imports.
              regex: '^\\.{1,2}/(.*/)?lib/',
              message: 'The site imports the library by its package name.',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'the rules of progress: data and functions only',
    files: ['src/lib/core/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.testing.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...outsideWorld.map((name) => ({
          name,
          message: 'core knows nothing of browser or Node: take it as an argument.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'core takes the time as an argument.' },
        { object: 'Math', property: 'random', message: 'core takes ids as arguments.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
          message: 'core takes the time as an argument.',
        },
        {
          selector: ':matches(ClassDeclaration, ClassExpression)',
          message: 'core is data and functions.',
        },
      ],
    },
  },
  {
    name: 'tests',
    files: ['**/*.test.ts', '**/*.testing.ts'],
    rules: { 'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }] },
  },
  {
    name: 'plain JavaScript',
    files: ['**/*.js', '**/*.cjs'],
    // Types are casts in comments there, which this rule does not see.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    name: 'programs that talk to a terminal',
    files: ['scripts/**', 'bench/**', 'server.js'],
    rules: { 'no-console': 'off' },
  },
);
