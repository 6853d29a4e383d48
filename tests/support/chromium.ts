import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumArguments, findChromium } from '../../scripts/chromium.js';

const pictures = join(import.meta.dirname, '..', '..', 'test-results');

/** The screens that every page is looked at on, in pixels. */
export const WIDTHS = [360, 768, 1280] as const;

/** The two looks that every page has. */
export const THEMES = ['light', 'dark'] as const;

/** Who looks at a page, and with what. */
export interface ProfileOptions {
  /** The site's address: pages are then opened by path. */
  baseURL: string;
  theme?: (typeof THEMES)[number];
  /** Of the window, in pixels; default 1280. */
  width?: number;
  /** Default true; the site must work without. */
  javaScript?: boolean;
  reducedMotion?: boolean;
  /** Where the reader is; the machine's own when absent. */
  timeZone?: string;
  /** Cookies and storage of an earlier profile, from `context.storageState()`. */
  storageState?: BrowserContextOptions['storageState'];
  /** Errors that the visit provokes on purpose; any other fails it. */
  expectedErrors?: RegExp[];
}

/** A browser profile of its own: cookies, storage, one page. */
export interface Profile {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Ends it; throws when its pages had errors that were not expected. */
  close(): Promise<void>;
}

/** Starts the machine's Chromium without a window. Throws a sentence when there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('There is no Chromium: npm test installs one, or set CHROMIUM to its path.');
  }
  return chromium.launch({ executablePath, args: chromiumArguments });
}

/**
 * Opens a new profile. What its pages report as an error (exceptions, console errors, violations
 * of the content security policy, resources that fail to load) is kept and makes `close` throw.
 */
export async function openProfile(browser: Browser, options: ProfileOptions): Promise<Profile> {
  const { baseURL, theme = 'light', width = 1280, javaScript = true, storageState } = options;
  const { reducedMotion = false, expectedErrors = [], timeZone } = options;
  const context = await browser.newContext({
    baseURL,
    colorScheme: theme,
    viewport: { width, height: 900 },
    javaScriptEnabled: javaScript,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    ...(storageState === undefined ? {} : { storageState }),
    ...(timeZone === undefined ? {} : { timezoneId: timeZone }),
  });
  context.setDefaultTimeout(10_000);
  const errors: string[] = [];
  context.on('weberror', (problem) => errors.push(String(problem.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  return {
    context,
    page: await context.newPage(),
    async close() {
      await context.close();
      const unexpected = errors.filter((error) => !expectedErrors.some((some) => some.test(error)));
      expect(unexpected.join('\n'), 'errors in the browser').toBe('');
    },
  };
}

/**
 * Opens a new profile for one story, and closes it afterwards: a story whose pages had
 * unexpected errors fails.
 */
export async function visit(
  browser: Browser,
  options: ProfileOptions,
  story: (page: Page) => Promise<void>,
): Promise<void> {
  const profile = await openProfile(browser, options);
  try {
    await story(profile.page);
  } catch (problem) {
    await profile.context.close();
    throw problem;
  }
  await profile.close();
}

/** Fails unless axe, which needs JavaScript, finds the page as it is now free of WCAG 2.2 AA violations. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help} ${target.join(' ')} ${failureSummary}`,
    ),
  );
  expect(found.join('\n'), `axe on ${page.url()}`).toBe('');
}

/** Fails when the page is wider than its window: nobody reads sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const hidden = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(hidden, `pixels of ${page.url()} beyond the window`).toBe(0);
}

/** Keeps a picture of the whole page in test-results/, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
