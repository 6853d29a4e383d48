import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { setStage } from '../support/stories.ts';
import { expectMarked, FIRST, markButton, saved, signUp, syncFrom } from './learner.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Units of the sample courses, one for each day of learning. */
const UNITS = ['who-benefits', 'semantic-html', 'headings', 'landmarks', 'alt-text'];

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const { site, story, openProfile } = await setStage({}, { serviceWorker: false });

/** Waits until the day is not about to end there: what these stories tell is of one day. */
async function withinOneDay(timeZone: string): Promise<void> {
  const isLate = () => new Date().toLocaleTimeString('en-GB', { timeZone }) > '23:58:00';
  while (isLate()) await pause(1000);
}

/** Does units so many days ago, as a device that was offline since then tells it. */
async function learnt(page: Page, daysAgo: readonly number[]): Promise<void> {
  const now = Date.now();
  const operations = daysAgo.map((days, index) => ({
    seq: index + 1,
    at: now - days * DAY,
    contentId: `web/a11y/${UNITS[index]}`,
    kind: 'completed',
    by: 'button',
  }));
  await syncFrom(page, { origin: site.origin, device: 'back-from-a-journey', operations });
}

/** How a day is called, as so many days ago. */
function nameOf(daysAgo: number, timeZone: string): string {
  return new Date(Date.now() - daysAgo * DAY).toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone,
  });
}

/** Today, as one writes it there. */
function dateIn(timeZone: string): string {
  return new Date().toLocaleDateString('en-GB', { dateStyle: 'long', timeZone });
}

describe('the dashboard', () => {
  test('shows the days on which the learner learnt, and a streak that forgives one of them', () =>
    story(async (page) => {
      await signUp(page);
      expect(await page.getByRole('heading', { name: 'Your days' }).count()).toBe(0);
      await withinOneDay(HERE);
      await learnt(page, [9, 4, 3, 1, 0]);
      await page.goto('/dashboard');
      await page.getByText('4 days in your streak').waitFor();
      await page.getByRole('cell', { name: /^Today, .*: 1 unit$/ }).waitFor();
      await page.getByText('The same days as a list').click();
      await page.getByText(`${nameOf(9, HERE)}: 1 unit`).waitFor();
      expect(await page.getByText(nameOf(2, HERE)).count()).toBe(0);
    }));

  test('counts days by the calendar of the browser that showed it first', async () => {
    // Of two places a day apart each learner is in one; what they did is of the same moment.
    const todays: string[] = [];
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Niue']) {
      const profile = await openProfile({ timeZone });
      const { page } = profile;
      await signUp(page);
      await withinOneDay(timeZone);
      await learnt(page, [0]);
      await page.goto('/dashboard');
      await page.getByText(`Days begin and end by the time of ${timeZone}.`).waitFor();
      todays.push((await page.getByRole('cell', { name: /^Today/ }).textContent()) ?? '');
      // In one of the two it is another day than in Greenwich, at any hour.
      const visited = `Last visited ${dateIn(timeZone)}`;
      await page.getByText(visited).waitFor();
      expect(await (await page.request.get('/dashboard')).text()).toContain(visited);
      await page.goto('/account');
      expect(await page.getByLabel('Time zone').inputValue()).toBe(timeZone);
      await profile.close();
    }
    expect(todays[0]).not.toBe(todays[1]);
  });

  test('of a guest is drawn from the device', () =>
    story(async (page) => {
      await withinOneDay(HERE);
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await page.goto('/dashboard');
      await page.getByText('1 day in your streak').waitFor();
      await page.getByRole('cell', { name: /^Today, .*: 1 unit$/ }).waitFor();
    }));

  test('shows what was marked a moment ago, before the server has it, and nothing moves when it does', () =>
    story(async (page) => {
      await signUp(page);
      const server = Promise.withResolvers<undefined>();
      await page.route('**/api/progress/sync', async (request) => {
        await server.promise;
        await request.continue();
      });
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await page.getByRole('link', { name: 'Dashboard' }).first().click();
      await page
        .getByText(/^1 of \d+ completed$/)
        .first()
        .waitFor();
      const inProgress = page.getByRole('heading', { name: 'In progress' });
      const before = await inProgress.boundingBox();
      server.resolve(undefined);
      await saved(page);
      await page.getByText('Change the time zone').waitFor();
      expect(await inProgress.boundingBox()).toEqual(before);
    }));

  test('says it all without JavaScript', () =>
    story(
      async (page) => {
        await signUp(page);
        await withinOneDay('UTC');
        await learnt(page, [1, 0]);
        await page.goto('/dashboard');
        await page.getByText('2 days in your streak').waitFor();
        await page.getByText('Days begin and end by the time of UTC.').waitFor();
        await page.getByText('The same days as a list').click();
        await page.getByText(`${nameOf(1, 'UTC')}: 1 unit`).waitFor();
      },
      { javaScript: false },
    ));
});
