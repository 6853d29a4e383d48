import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { setStage } from '../support/stories.ts';
import { copied, databasesOf, storedOn, workerReady } from './device-copies.ts';
import {
  enrol,
  expectMarked,
  FIRST,
  goOffline,
  markButton,
  PASSWORD,
  saved,
  signIn,
} from './learner.ts';

const { story, openProfile } = await setStage();

/** Fills in the account page and saves it. */
async function settle(page: Page): Promise<void> {
  await page.goto('/account');
  // Nothing need be chosen.
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your changes are saved.').waitFor();
  await page.goto('/account');
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
  await page.getByLabel('Dark').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your changes are saved.').waitFor();
}

async function deleteAccount(page: Page, password = PASSWORD): Promise<void> {
  await page.goto('/account/delete');
  await page.getByLabel('Your password').fill(password);
  await page.getByRole('button', { name: 'Delete my account' }).click();
}

describe.each([
  ['with', true],
  ['without', false],
])('%s JavaScript', (_, javaScript) => {
  test('name, time zone and theme are changed, and stay', () =>
    story(
      async (page) => {
        const { email } = await enrol(page);
        await settle(page);
        await page.getByRole('banner').getByText('Grace Hopper').first().waitFor();
        await page.locator('html[data-theme="dark"]').waitFor();
        await page.goto('/account');
        expect(await page.getByLabel('Name').inputValue()).toBe('Grace Hopper');
        expect(await page.getByLabel('Time zone').inputValue()).toBe('Asia/Tokyo');
        expect(await page.getByLabel('Dark').isChecked()).toBe(true);
        await story(
          async (elsewhere) => {
            await signIn(elsewhere, email);
            await elsewhere.locator('html[data-theme="dark"]').waitFor();
          },
          { javaScript },
        );
        await page.getByLabel('As on my device').check();
        await page.getByRole('button', { name: 'Save' }).click();
        await page.locator('html:not([data-theme])').waitFor();
        await page.getByText('Your changes are saved.').waitFor();
      },
      { javaScript },
    ));

  test('the account is deleted with the right password, and nobody signs in with it any more', () =>
    story(
      async (page) => {
        const { email } = await enrol(page);
        await deleteAccount(page, 'not my password');
        await page.getByText('This is not your current password.').first().waitFor();
        await deleteAccount(page);
        await page.getByText('Your account is deleted').waitFor();
        await page.getByLabel('E-mail').fill(email);
        await page.getByLabel('Password').fill(PASSWORD);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('The e-mail address or the password is wrong.').waitFor();
      },
      { javaScript, expectedErrors: [/401/] },
    ));
});

test('what is filled in before the script arrives stays', () =>
  story(async (page) => {
    // Nobody has said its time zone yet.
    const account = { name: 'Ada', email: 'slow-network@example.org', password: PASSWORD };
    await page.request.post('/api/auth/sign-up/email', { data: account });
    const { promise: arrival, resolve: arrive } = Promise.withResolvers<undefined>();
    await page.route('**/_app/immutable/**/*.js', async (route) => {
      await arrival;
      await route.continue();
    });
    await page.goto('/account', { waitUntil: 'commit' });
    await page.getByLabel('Name').fill('Grace Hopper');
    await page.getByLabel('Dark').check();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('');
    arrive(undefined);
    // The script puts the browser's time zone forward.
    await expect.poll(() => page.getByLabel('Time zone').inputValue()).not.toBe('');
    expect(await page.getByLabel('Name').inputValue()).toBe('Grace Hopper');
    expect(await page.getByLabel('Dark').isChecked()).toBe(true);
  }));

test('whose session has ended is led to sign in, and back', () =>
  story(
    async (page) => {
      await enrol(page);
      await page.goto('/account/password');
      await saved(page);
      await page.context().clearCookies();
      await page.getByLabel('Current password').fill(PASSWORD);
      await page.getByLabel('New password').fill('another long password');
      await page.getByRole('button', { name: 'Change the password' }).click();
      const signInAgain = page.getByRole('alert').getByRole('link', { name: 'Sign in' });
      expect(await signInAgain.getAttribute('href')).toBe('/sign-in?to=%2Faccount%2Fpassword');
      expect(await page.getByLabel('New password').inputValue()).not.toBe('');
    },
    { expectedErrors: [/401/] },
  ));

test('all that is kept comes as a file', () =>
  story(async (page) => {
    const { email } = await enrol(page);
    await page.goto(FIRST);
    await markButton(page).click();
    await saved(page);
    await page.goto('/account');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download my data' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^cairn-\d{4}-\d\d-\d\d\.json$/);
    const text = await readFile(await file.path(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      account: { user: { email, name: 'Ada Lovelace' }, sessions: [{}] },
      operations: [{ contentId: 'web/a11y/who-benefits', kind: 'completed' }],
    });
    const cookies = await page.context().cookies();
    const token = decodeURIComponent(cookies.find(({ httpOnly }) => httpOnly)!.value).split(
      '.',
    )[0]!;
    expect(token.length).toBeGreaterThan(20);
    expect(text).not.toContain(token);
  }));

test('a deleted account leaves nothing on its device, and brings nothing back from another', async () => {
  const expectedErrors = [/401/, /409/, /ERR_INTERNET_DISCONNECTED/, /Failed to fetch/];
  const here = await openProfile({ expectedErrors });
  const { email } = await enrol(here.page);
  await here.page.goto(FIRST);
  await workerReady(here.page);
  await markButton(here.page).click();
  await saved(here.page);
  await copied(here.page, FIRST);

  const there = await openProfile({ expectedErrors });
  await signIn(there.page, email);
  await there.page.goto(FIRST);
  await expectMarked(there.page, true);
  await goOffline(there.page);
  await markButton(there.page).click();
  await there.page
    .getByRole('banner')
    .getByText(/offline/i)
    .waitFor();

  expect(await databasesOf(here.page)).toContain('who-benefits');
  await deleteAccount(here.page);
  await here.page.getByText('Your account is deleted').waitFor();
  await expect.poll(() => databasesOf(here.page)).not.toContain('who-benefits');
  const copies = async () => (await storedOn(here.page)).map(({ path }) => path);
  await expect.poll(copies).not.toContain(FIRST);

  // What was done on the other device is refused, and kept for nobody else.
  const refused = there.page.waitForResponse(
    (answer) => answer.url().endsWith('/sync') && answer.status() === 401,
  );
  await there.context.setOffline(false);
  await refused;
  await there.page.goto('/sign-up');
  await there.page.getByLabel('Name').fill('Ada again');
  await there.page.getByLabel('E-mail').fill(email);
  await there.page.getByLabel('Password').fill(PASSWORD);
  await there.page.getByRole('button', { name: 'Sign up' }).click();
  await there.page.waitForURL('**/dashboard');
  await saved(there.page);
  await there.page.goto(FIRST);
  await expectMarked(there.page, false);
  const progress = await there.page.request.get('/api/progress?status=completed');
  expect(await progress.json()).toMatchObject({ progress: [] });
  await Promise.all([here.close(), there.close()]);
});
