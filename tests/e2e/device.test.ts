import { describe, expect, test } from 'vitest';
import { expectNoSidewaysScroll } from '../support/chromium.ts';
import { setStage } from '../support/stories.ts';
import {
  COURSE,
  enrol,
  expectMarked,
  FIRST,
  goOffline,
  inSidebar,
  keptOnDevice,
  markButton,
  PASSWORD,
  saved,
  SECOND,
  signIn,
  signOut,
  signUp,
  waiting,
} from './learner.ts';

const { site, story } = await setStage();

/** What went wrong on purpose is no surprise in the console. */
const offlineErrors = [/ERR_INTERNET_DISCONNECTED/, /Failed to fetch/];

describe('a guest', () => {
  test('learns, closes the page, and finds it all again', () =>
    story(async (page, context) => {
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await keptOnDevice(page, 1);
      await page.setViewportSize({ width: 320, height: 900 });
      await page.getByRole('banner').getByText('Saved here').waitFor();
      const header = await page.getByRole('banner').boundingBox();
      expect(header?.height, 'one line of the header').toBeLessThan(80);
      await page.close();

      const again = await context.newPage();
      await again.goto(FIRST);
      await expectMarked(again, true);
      await inSidebar(again, 'Completed').first().waitFor();
      await again.goto('/dashboard');
      await again.getByText('1 of', { exact: false }).first().waitFor();
    }));

  test('signs up, is asked, and takes it along', () =>
    story(async (page) => {
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await signUp(page);
      await page.getByText('somebody learnt on this device: 1 lesson or exercise').waitFor();
      await page.getByRole('button', { name: 'Add to my progress' }).click();
      await page.getByText('Added to your progress.').waitFor();
      await saved(page);
      await page.goto(FIRST);
      await expectMarked(page, true);
      expect(await page.getByText('Before you signed in').count()).toBe(0);
    }));

  test('who signs in elsewhere and comes back finds herself, not the page of before', () =>
    story(async (page) => {
      await page.goto(FIRST);
      await page.goto('/sign-in');
      await enrol(page);
      await page.goBack();
      await saved(page);
      await markButton(page).click();
      await saved(page);
      const asked = await page.request.get(
        '/api/progress/content?contentId=web%2Fa11y%2Fwho-benefits',
      );
      expect(await asked.json()).toMatchObject({ status: 'completed' });
    }));

  test('says that it was somebody else, and nothing is added', () =>
    story(async (page) => {
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      const { email } = await signUp(page);
      await page.getByRole('button', { name: 'Not mine' }).click();
      await page.getByText('is gone from this device').waitFor();
      await page.goto(FIRST);
      await expectMarked(page, false);
      await signOut(page);
      await page.goto(FIRST);
      await expectMarked(page, false);
      await signIn(page, email);
      expect(await page.getByText('Before you signed in').count()).toBe(0);
    }));

  test('puts it off; no other learner is asked, and the same one is again', () =>
    // The page may still ask for changes when the session is over.
    story(
      async (page) => {
        await page.goto(FIRST);
        await markButton(page).click();
        await expectMarked(page, true);
        const { email } = await signUp(page);
        await page.getByRole('button', { name: 'Later' }).click();
        await page.getByText('for you alone').waitFor();
        expect(await page.getByText('Before you signed in').count()).toBe(0);
        await page.getByRole('banner').getByRole('link', { name: 'Cairn' }).click();
        await page.getByText('for you alone').waitFor({ state: 'detached' });
        expect(await page.getByText('Before you signed in').count()).toBe(0);
        await signOut(page);
        await signUp(page, 'Ben');
        await page.goto(FIRST);
        await expectMarked(page, false);
        expect(await page.getByText('Before you signed in').count()).toBe(0);
        await signOut(page);
        await signIn(page, email);
        await page.getByRole('button', { name: 'Add to my progress' }).click();
        await page.getByText('Added to your progress').waitFor();
        await page.goto(FIRST);
        await expectMarked(page, true);
      },
      { expectedErrors: [/status of 401/] },
    ));
});

describe('two tabs', () => {
  test('agree at once, without asking the server', () =>
    story(
      async (page, context) => {
        await enrol(page);
        await page.goto(FIRST);
        const other = await context.newPage();
        await other.goto(FIRST);
        await expectMarked(other, false);
        await context.route('**/api/progress/sync', (route) => route.abort());
        await markButton(page).click();
        await expectMarked(other, true);
        await markButton(other).click();
        await expectMarked(page, false);
        await waiting(page, 1);
      },
      { expectedErrors: [/ERR_FAILED/] },
    ));

  test('a guest’s agree too', () =>
    story(async (page, context) => {
      await page.goto(FIRST);
      const other = await context.newPage();
      await other.goto(SECOND);
      await markButton(page).click();
      await other
        .getByRole('navigation', { name: /^Contents/ })
        .getByText('1/', { exact: false })
        .first()
        .waitFor();
    }));

  test('signing out in one is seen in the other', () =>
    story(
      async (page, context) => {
        await enrol(page);
        await page.goto(FIRST);
        const other = await context.newPage();
        await other.goto(FIRST);
        await signOut(page);
        await other.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
      },
      { expectedErrors: [/status of 401/] },
    ));
});

describe('a page', () => {
  test('bears the name of whoever is signed in by now: it is theirs, what is marked on it', () =>
    story(async (page) => {
      await enrol(page, 'Ada');
      await page.goto(FIRST);
      await saved(page);
      await enrol(page, 'Bea');
      await inSidebar(page, 'Markup that means something').click();
      await page.waitForURL(`**${SECOND}`);
      await page.getByRole('button', { name: 'Account of Bea' }).waitFor();
      await page.context().clearCookies();
      await page.getByRole('link', { name: 'Cairn' }).first().click();
      await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
    }));
});

describe('marks that wait', () => {
  test('survive a closed page, and are sent by the next one', () =>
    story(
      async (page, context) => {
        await enrol(page);
        await page.goto(FIRST);
        await goOffline(page);
        await markButton(page).click();
        await expectMarked(page, true);
        await waiting(page, 1);
        await keptOnDevice(page, 1);
        await page.close();
        await context.setOffline(false);

        const again = await context.newPage();
        await again.goto(COURSE);
        await saved(again);
        await again.goto(FIRST);
        await expectMarked(again, true);
      },
      { expectedErrors: offlineErrors },
    ));

  test('and came too late for a restart elsewhere, are told of once, and let go of at once', () =>
    story(
      async (page, context) => {
        await enrol(page);
        await context.route('**/api/progress/sync', (route) => route.abort());
        for (const lesson of [FIRST, SECOND]) {
          await page.goto(lesson);
          await markButton(page).click();
          await expectMarked(page, true);
        }
        await waiting(page, 2);
        await keptOnDevice(page, 2);
        for (const contentId of ['web/a11y/who-benefits', 'web/a11y/semantic-html']) {
          for (const status of ['completed', 'not-started']) {
            const answer = await page.request.post('/api/progress/update', {
              headers: { origin: site.origin },
              data: { contentId, contentType: 'lesson', status },
            });
            expect(answer.status()).toBe(200);
          }
        }
        await context.unroute('**/api/progress/sync');
        await page.reload();
        await page.getByRole('link', { name: 'Needs attention' }).click();
        await page.getByText('Who benefits · Markup that means something').waitFor();
        await page.getByRole('button', { name: 'Dismiss' }).click();
        await page.getByText('Everything you did is saved.').waitFor();
        await page.locator('main:focus').waitFor();
        expect(await page.getByRole('link', { name: 'Needs attention' }).count()).toBe(0);
      },
      { expectedErrors: [/ERR_FAILED/] },
    ));

  test('are kept when the session ends, and the page offers to sign in again', () =>
    story(
      async (page, context) => {
        const { email } = await enrol(page);
        await page.goto(FIRST);
        await saved(page);
        await context.clearCookies();
        await markButton(page).click();
        const header = page.getByRole('banner');
        await header.getByText('Signed out, 1 waiting').waitFor();
        await page.setViewportSize({ width: 320, height: 900 });
        await expectNoSidewaysScroll(page);
        await expectMarked(page, true);
        expect(await header.getByRole('button', { name: /^Account of/ }).count()).toBe(0);
        await header.getByRole('link', { name: 'Sign in' }).click();
        await page.getByLabel('E-mail').fill(email);
        await page.getByLabel('Password').fill(PASSWORD);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.waitForURL(`**${FIRST}`);
        await saved(page);
        await header.getByRole('button', { name: /^Account of/ }).waitFor();
        await expectMarked(page, true);
      },
      { expectedErrors: [/status of 401/] },
    ));

  test('are kept or deleted at sign-out, as the learner says', () =>
    story(
      async (page, context) => {
        const { email } = await enrol(page);
        await page.goto(FIRST);
        await context.route('**/api/progress/sync', (route) => route.abort());
        await markButton(page).click();
        await waiting(page, 1);
        await page.getByRole('button', { name: /Account of/ }).click();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('Keep it on this device').check();
        await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('link', { name: 'Needs attention' }).click();
        await page.getByText('Work on 1 lesson or exercise').waitFor();
        expect(await page.content()).not.toContain('Ada');
        await context.unroute('**/api/progress/sync');

        await signIn(page, email);
        await saved(page);
        await page.goto(FIRST);
        await expectMarked(page, true);
      },
      { expectedErrors: [/ERR_FAILED/, ...offlineErrors] },
    ));
});
