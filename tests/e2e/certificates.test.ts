import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  keepPicture,
  THEMES,
  WIDTHS,
} from '../support/chromium.ts';
import { setStage } from '../support/stories.ts';
import { enrol, expectMarked, markButton, saved } from './learner.ts';

const NAME = 'Augusta Ada King, Countess of Lovelace, with every one of her names and titles';
const COURSE = 'Knots that hold, for people who have never held a rope and would rather sail';

const files = {
  '_index.md': '---\ntitle: The harbour school\n---\n',
  'sea/_index.md': '---\ntitle: The sea\n---\n',
  'sea/knots/_index.md': `---\ntitle: ${COURSE}\nversion: 3\n---\n`,
  'sea/knots/1-reef.md': '# The reef knot\n\nLeft over right.',
  'sea/knots/2-bowline.md': '# The bowline\n\nOut of the hole.',
};
const { story, openProfile } = await setStage({ files });
/** Of somebody who learnt without a script. */
let address: string;

const certificate = (page: Page) => page.getByRole('link', { name: 'Your certificate' });

describe('who completes a course', () => {
  test('finds the certificate there at once, shares it, and reads on where it is upright', async () => {
    const learner = await openProfile({ serviceWorker: false });
    const { page, context } = learner;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await context.addInitScript(() => {
      navigator.share = (shared) => {
        document.title = `shared ${shared?.url}`;
        return Promise.resolve();
      };
    });
    await enrol(page);
    await page.goto('/sea/knots/reef');
    await markButton(page).click();
    await saved(page);
    expect(await certificate(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Next: The bowline' }).click();
    await page.waitForURL('**/bowline');
    await markButton(page).click();
    await certificate(page).click();

    await page.getByRole('heading', { level: 1, name: 'Certificate of completion' }).waitFor();
    expect(await page.getByRole('article').innerText()).toMatch(/Ada Lovelace[\s\S]+Knots that/);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('status').getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    await page.getByRole('button', { name: 'Share …' }).click();
    await expect.poll(() => page.title()).toBe(`shared ${page.url()}`);

    await page.getByRole('link', { name: /^About the course/ }).click();
    await certificate(page).waitFor();
    const [lesson] = await pagesOf(page);
    expect(lesson!.height).toBeGreaterThan(lesson!.width);
    await learner.close();
  });

  test('does so without JavaScript too', () =>
    story(
      async (page) => {
        await enrol(page, NAME);
        for (const path of ['/sea/knots/reef', '/sea/knots/bowline']) {
          await page.goto(path);
          await markButton(page).click();
          await expectMarked(page, true);
        }
        await certificate(page).click();
        address = page.url();
        expect(await page.getByLabel('Address of this certificate').inputValue()).toBe(address);
        expect(await page.getByRole('button', { name: 'Copy link' }).isVisible()).toBe(false);
      },
      { javaScript: false },
    ));
});

describe('a certificate', () => {
  test.each(THEMES)('is accessible and fits every screen, %s', (theme) =>
    story(
      async (page) => {
        await page.goto(address);
        expect(await page.getByRole('article').innerText()).toContain(NAME);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          await expectNoSidewaysScroll(page);
          await keepPicture(page, `certificate-${theme}-${width}`);
        }
        await expectAccessible(page);
      },
      { serviceWorker: false, theme },
    ),
  );

  test('prints on one sheet, lying and light, whatever the paper and the theme', () =>
    story(
      async (page) => {
        await page.goto(address);
        for (const format of ['A4', 'Letter']) {
          const pages = await pagesOf(page, format);
          expect(pages, format).toHaveLength(1);
          expect(pages[0]!.width, format).toBeGreaterThan(pages[0]!.height);
        }
        await page.emulateMedia({ media: 'print' });
        const { background, isWhole, shown } = await page.evaluate(() => {
          const sheet = document.querySelector('.certificate')!;
          return {
            background: getComputedStyle(sheet).backgroundColor,
            isWhole: sheet.scrollHeight <= sheet.clientHeight,
            shown: document.body.innerText,
          };
        });
        expect(background).toBe('rgb(255, 255, 255)');
        expect(isWhole).toBe(true);
        expect(shown).toContain(address);
        expect(shown).toContain('Version 3 of the course');
        expect(shown).not.toMatch(/Sign in|Copy link|About the course/);
      },
      { theme: 'dark' },
    ));

  test('that is none is not found', () =>
    story(
      async (page) => {
        const answer = await page.goto(`${address.slice(0, -1)}x`);
        expect(answer!.status()).toBe(404);
        await page.getByRole('heading', { name: 'This page is not here' }).waitFor();
      },
      { expectedErrors: [/404/] },
    ));
});

/** The sheets that a page is printed on, in points. */
async function pagesOf(page: Page, format = 'A4'): Promise<{ width: number; height: number }[]> {
  const pdf = (await page.pdf({ format, preferCSSPageSize: true })).toString('latin1');
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)];
  expect(boxes).toHaveLength([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length);
  return boxes.map(([, width, height]) => ({ width: Number(width), height: Number(height) }));
}
