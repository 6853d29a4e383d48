import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { setStage } from '../support/stories.ts';
import { COURSE, enrol, expectMarked, FIRST, markButton, SECOND } from './learner.ts';

const { site, story } = await setStage({}, { serviceWorker: false });

/** Keeps what screen readers are told: what changes in regions that were there before. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const told: string[] = [];
    const regions = document.querySelectorAll('[aria-live], [role=status], [role=alert]');
    for (const region of regions) {
      new MutationObserver(() => {
        const text = region.textContent.trim();
        if (text !== '') told.push(text);
      }).observe(region, { childList: true, characterData: true, subtree: true });
    }
    Object.assign(globalThis, { told });
  });
  return () => page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
}

test('a mark is told once, and so is that it was taken back', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(FIRST);
    const told = await listen(page);
    await markButton(page).click();
    await expectMarked(page, true);
    await page.getByRole('banner').getByText('Saved', { exact: true }).waitFor();
    await expect.poll(told).toEqual(['Completed']);
    await markButton(page).click();
    await expectMarked(page, false);
    await expect.poll(told).toEqual(['Completed', 'Not completed any more']);
  }));

test('another page is told by its title, and read from its start', () =>
  story(async (page) => {
    await page.goto(FIRST);
    const told = await listen(page);
    await page.getByRole('link', { name: /^Next/ }).press('Enter');
    await page.waitForURL(site.origin + SECOND);
    await expect.poll(told).toEqual([await page.title()]);
    expect(await page.title()).toMatch(/^Markup that means something · .* · Cairn$/);
    // The first thing after it is the way past the header.
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the content' }).press('Enter');
    await page.locator('main:focus').waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Home' }).and(page.locator(':focus')).waitFor();
  }));

test('what a form has done is told where one listened before', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto('/account');
    const told = await listen(page);
    await page.getByLabel('Name').fill('Ada King');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await expect.poll(told).toEqual(['Your changes are saved.']);
    await page.getByRole('button', { name: 'Account of Ada King' }).waitFor();
  }));

test('the contents open and close by keyboard on a narrow page, and give the focus back', () =>
  story(async (page) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.goto(FIRST);
    const opener = page.getByRole('button', { name: /^Contents/ });
    const here = page.locator('[popover] [aria-current]');
    expect(await here.count(), 'what is in a closed sheet').toBe(0);
    await opener.press('Enter');
    await here.waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Close' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await opener.and(page.locator(':focus')).waitFor();
    await opener.press('Enter');
    await page
      .getByRole('link', { name: 'Accessibility from the first line' })
      .first()
      .press('Enter');
    await page.waitForURL(site.origin + COURSE);
  }));
