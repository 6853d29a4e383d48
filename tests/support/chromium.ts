import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
  /** Default true: pages are copied for when it is offline, which costs every one of them a second time. */
  serviceWorker?: boolean;
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
 * Opens a new profile. Its pages are there once their scripts run, unless only their `commit` is
 * waited for: what is done before depends on who is faster. What they report as an error
 * (exceptions, console errors, violations of the content security policy, resources that fail to
 * load) is kept and makes `close` throw.
 */
export async function openProfile(browser: Browser, options: ProfileOptions): Promise<Profile> {
  const { baseURL, theme = 'light', width = 1280, javaScript = true, storageState } = options;
  const { reducedMotion = false, expectedErrors = [], timeZone, serviceWorker = true } = options;
  const context = await browser.newContext({
    baseURL,
    colorScheme: theme,
    viewport: { width, height: 900 },
    javaScriptEnabled: javaScript,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    serviceWorkers: serviceWorker ? 'allow' : 'block',
    ...(storageState === undefined ? {} : { storageState }),
    ...(timeZone === undefined ? {} : { timezoneId: timeZone }),
  });
  // It only says how long a failure takes: a busy machine may need a while.
  context.setDefaultTimeout(30_000);
  if (javaScript) context.on('page', waitForScripts);
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

/** Opening a page and loading it anew wait until SvelteKit has started, if it is a page of its own. */
function waitForScripts(page: Page): void {
  const started = page.locator('#svelte-announcer, :root:not(:has([data-sveltekit-preload-data]))');
  const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
  page.goto = async (address, options) => {
    const answer = await goto(address, options);
    if (options?.waitUntil !== 'commit') await started.waitFor({ state: 'attached' });
    return answer;
  };
  page.reload = async (options) => {
    const answer = await reload(options);
    await started.waitFor({ state: 'attached' });
    return answer;
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
    if (problem instanceof Error) problem.message += await seenIn(profile.context);
    await profile.context.close();
    throw problem;
  }
  await profile.close();
}

/** What the pages of a story that failed showed and had the focus on: often enough, why it failed. */
async function seenIn(context: BrowserContext): Promise<string> {
  const pages = context.pages().map(async (page) => {
    const look = () =>
      page.evaluate(
        () =>
          `focus on ${document.activeElement?.outerHTML.slice(0, 200)}\n${document.body.innerText}`,
      );
    const seen = await Promise.race([look().catch(String), pause(2000, 'no answer')]);
    return `\n\n${page.url()}: ${seen.slice(0, 2000)}`;
  });
  return (await Promise.all(pages)).join('');
}

/** Fails unless axe, which needs JavaScript, finds the page as it is now free of WCAG 2.2 AA violations. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // Our pages hold no frames: without looking into them it need not open a page of its own.
    .setLegacyMode()
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

/** Keeps a picture of the whole page in test-results/ where KEEP_PICTURES is set: for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!process.env['KEEP_PICTURES']) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
