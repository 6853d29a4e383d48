import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, findChromium } from './scripts/chromium.js';

/** The site imports the library by its package name; this condition makes that mean its source. */
const source = '@sveltekit-cairn/source';

const resolve = { conditions: [source, ...defaultClientConditions] };
const ssr = {
  resolve: { conditions: [source, ...defaultServerConditions] },
  noExternal: ['sveltekit-cairn'],
};

/** What several pages share comes in one file: a slow phone waits for 8 scripts, not for 30. */
const client = {
  build: {
    rolldownOptions: {
      output: {
        // Chromium then compiles all of it beside the page, not bit by bit while the page starts:
        // https://v8.dev/blog/explicit-compile-hints
        postBanner: '//# allFunctionsCalledOnLoad',
        codeSplitting: { groups: [{ name: 'shared', test: /\/src\//, minShareCount: 2 }] },
      },
    },
  },
};

const executablePath = findChromium();

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter(),
      // The offline page stands at any address: what it needs is named from the root.
      paths: { relative: false },
      // Small styles come with the page: a first visit waits for fewer files.
      inlineStyleThreshold: 6144,
      // Ours is stricter, and stands in hooks.server.ts: it covers every content type.
      csrf: { trustedOrigins: ['*'] },
      csp: {
        mode: 'nonce',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src': ['self'],
          // SvelteKit's announcer of page changes carries its styles in an attribute.
          'style-src-attr': ['unsafe-inline'],
          // Authors may show pictures and films of other sites; their address learns nothing of ours.
          'img-src': ['self', 'data:', 'https:'],
          'media-src': ['self', 'https:'],
          'worker-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
          'frame-ancestors': ['none'],
        },
      },
    }),
  ],
  resolve,
  ssr,
  environments: { client },
  test: {
    // All cores: by itself it leaves one of two idle.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.svelte.test.ts', 'src/**/*.browser.test.ts'],
          // Thousands of random histories, real databases: long on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'runes',
          // Effects run where Svelte compiles for the browser.
          environment: './src/lib/client/runes.testing.ts',
          include: ['src/**/*.svelte.test.ts'],
        },
      },
      {
        resolve,
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                args: chromiumArguments,
                ...(executablePath !== undefined && { executablePath }),
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      ...['integration', 'e2e', 'package'].map((name) => ({
        resolve,
        ssr,
        test: {
          name,
          include: [`tests/${name}/**/*.test.ts`],
          // The built site starts, browsers open, packages install. How long a failure takes is of
          // no account; a test that passes on a quiet machine must not fail on a busy one.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Other people's processes take part. `npm test` names at its end what needed this.
          retry: 1,
          expect: { poll: { timeout: 30_000 } },
        },
      })),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/lib/core/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.testing.ts', '**/index.ts'],
      reporter: ['text'],
      thresholds: { branches: 100 },
    },
  },
});
