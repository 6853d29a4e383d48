import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { ProfileOptions } from '../support/chromium.ts';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  keepPicture,
  THEMES,
  WIDTHS,
} from '../support/chromium.ts';
import { setStage } from '../support/stories.ts';
import { COURSE, enrol, expectMarked, FIRST, markButton } from './learner.ts';

/** Every screen: what it is called and where it is. */
const PUBLIC = {
  home: '/',
  theme: '/web',
  course: COURSE,
  module: `${COURSE}/structure`,
  lesson: FIRST,
  exercise: `${COURSE}/structure/check-yourself`,
  'sign-in': '/sign-in',
  'sign-up': '/sign-up',
  'forgot-password': '/forgot-password',
  'not-found': '/no/such/page',
};
const PERSONAL = {
  home: '/',
  course: COURSE,
  lesson: FIRST,
  dashboard: '/dashboard',
  account: '/account',
  'change-password': '/account/password',
  'delete-account': '/account/delete',
};
const NOT_FOUND = [/404/];

/** From a small telephone, read at 200 percent, to a large screen. */
const WINDOWS = [320, ...WIDTHS, 2560];

const { site, story, openProfile } = await setStage();
/** Somebody who has done half of a course. */
let halfway: ProfileOptions['storageState'];

beforeAll(async () => {
  const learner = await openProfile();
  await enrol(learner.page);
  for (const contentId of [
    'web/a11y/who-benefits',
    'web/a11y/semantic-html',
    'web/a11y/headings',
  ]) {
    const answer = await learner.page.request.post('/api/progress/update', {
      headers: { origin: site.origin },
      data: { contentId, contentType: 'lesson', status: 'completed' },
    });
    expect(answer.status()).toBe(200);
  }
  halfway = await learner.context.storageState();
  await learner.close();
});

/** Looks at a page through windows of all widths, with letters twice as large, and in each theme. */
function lookAt(path: string, name: string, options: Partial<ProfileOptions>) {
  return story(
    async (page) => {
      await page.goto(path);
      for (const width of WINDOWS) {
        await page.setViewportSize({ width, height: 900 });
        await expectNoSidewaysScroll(page);
      }
      await page.setViewportSize({ width: 360, height: 900 });
      await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      await expectNoSidewaysScroll(page);
      await page.evaluate(() => (document.documentElement.style.fontSize = ''));
      await page.setViewportSize({ width: 1280, height: 900 });
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        await expectAccessible(page);
        await keepPicture(page, `${name}-${theme}`);
      }
    },
    { reducedMotion: true, serviceWorker: false, ...options },
  );
}

test.each(Object.entries(PUBLIC))(
  '%s is accessible to a guest, and fits every window',
  (name, path) =>
    lookAt(path, `${name}-guest`, name === 'not-found' ? { expectedErrors: NOT_FOUND } : {}),
);

test.each(Object.entries(PERSONAL))(
  '%s is accessible to a learner, and fits every window',
  (name, path) => lookAt(path, `${name}-learner`, { storageState: halfway }),
);

test('a page that is not there offers what may have been meant', () =>
  story(
    async (page) => {
      await page.goto(`${COURSE}/structure/no-such-lesson`);
      await page.getByRole('link', { name: 'A page that explains itself' }).click();
      await page.waitForURL(`${site.origin}${COURSE}/structure`);

      const nowhere = await page.goto('/no/such/page');
      expect(nowhere?.status()).toBe(404);
      expect(await page.getByText('You may have meant').count()).toBe(0);
    },
    { expectedErrors: NOT_FOUND },
  ));

test('the theme that a reader chose is there at the next visit, from the first paint', () =>
  story(
    async (page) => {
      await page.goto('/');
      await page.getByRole('button', { name: 'Dark theme' }).click();
      await page.goto(FIRST);
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
      expect(await (await page.request.get(FIRST)).text()).toContain('<html data-theme="dark"');
    },
    { theme: 'light' },
  ));

test('nothing moves after the first paint, nor flashes: what the server sent is what stays', () =>
  story(
    async (page) => {
      await watchMoves(page);
      for (const path of [FIRST, COURSE, '/dashboard']) {
        const sent = await (await page.request.get(path)).text();
        await page.goto(path, { waitUntil: 'networkidle' });
        expect(await moves(page), `layout shift of ${path}`).toBeLessThan(0.005);
        const ticks = await page.getByText('Completed', { exact: true }).count();
        expect(sent.split('>Completed<').length - 1, `ticks of ${path}`).toBe(ticks);
      }
    },
    { storageState: halfway, serviceWorker: false },
  ));

test.each([360, 1280])('what a guest has done finds its room kept, %i pixels wide', (width) =>
  story(
    async (page) => {
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await watchMoves(page);
      for (const path of ['/', '/web', COURSE, '/dashboard']) {
        await page.goto(path);
        await page.getByRole('link', { name: 'Continue' }).first().waitFor();
        expect(await moves(page), `layout shift of ${path}`).toBeLessThan(0.001);
      }
    },
    { width, serviceWorker: false },
  ),
);

test('the sheet of contents shows what is read whenever it opens, and becomes a column on a wide page', () =>
  story(
    async (page) => {
      await page.setViewportSize({ width: 360, height: 300 });
      await page.goto(`${COURSE}/structure/check-yourself`);
      const sheet = page.locator('#course-contents');
      const current = sheet.locator('[aria-current="page"]');
      const opener = page.getByRole('button', { name: /^Contents/ });
      for (const way of ['first', 'second']) {
        await opener.click();
        await expect
          .poll(() => current.evaluate(isInSheet), { message: `the ${way} time` })
          .toBe(true);
        await page.keyboard.press('Escape');
        await sheet.waitFor({ state: 'hidden' });
      }
      await opener.click();
      await current.waitFor();
      await page.setViewportSize({ width: 1280, height: 300 });
      await expect
        .poll(() => sheet.evaluate((shown) => shown.matches(':popover-open')))
        .toBe(false);
      await expect.poll(() => current.evaluate(isInSheet)).toBe(true);
    },
    { serviceWorker: false },
  ));

test('what a guest did is offered over the page, which stays where it is', () =>
  story(
    async (page) => {
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await enrol(page);
      await watchMoves(page);
      await page.goto('/dashboard');
      await page.getByText('Before you signed in').waitFor();
      expect(await moves(page)).toBeLessThan(0.001);
    },
    { width: 360, serviceWorker: false },
  ));

test.each(['click', 'Enter'])('the headings of a page make way for the one chosen by %s', (how) =>
  story(
    async (page) => {
      await page.goto(FIRST);
      await page.getByRole('button', { name: 'On this page' }).click();
      const link = page.locator('#on-this-page a[href^="#"]').last();
      await link.waitFor();
      if (how === 'click') await link.click();
      else await link.press('Enter');
      await link.waitFor({ state: 'hidden' });
      expect(new URL(page.url()).hash).not.toBe('');
    },
    { width: 360, serviceWorker: false },
  ),
);

test('a course that is being kept says so in the room that it has', () =>
  story(
    async (page) => {
      await watchMoves(page);
      await page.goto(COURSE);
      await page.getByRole('button', { name: 'Keep for offline' }).click();
      await page.getByText('Kept for offline').waitFor();
      expect(await moves(page)).toBeLessThan(0.001);
    },
    { width: 360 },
  ));

/** Runs in the page: whether all of something can be seen in the sheet around it. */
function isInSheet(element: Element): boolean {
  const [inner, sheet] = [element, element.closest('[popover]')!].map((each) =>
    each.getBoundingClientRect(),
  );
  return inner!.height > 0 && inner!.top >= sheet!.top && inner!.bottom <= sheet!.bottom;
}

/** Has every page that is loaded from now on note what moves in it. */
function watchMoves(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    let moved = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) moved += (entry as LayoutShift).value;
      document.documentElement.dataset['moved'] = String(moved);
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** How much has moved in the page, as its cumulative layout shift: also what the learner's own press moved. */
async function moves(page: Page): Promise<number> {
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 50))),
  );
  return Number(await page.evaluate(() => document.documentElement.dataset['moved'] ?? 0));
}

/** Not in TypeScript's library: https://wicg.github.io/layout-instability/ */
interface LayoutShift extends PerformanceEntry {
  value: number;
}
