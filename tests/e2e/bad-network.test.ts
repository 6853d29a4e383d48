import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, writeFiles } from '../../src/site/content/folder.testing.ts';
import { startBadNetwork } from '../support/bad-network.ts';
import type { BadNetwork, Fate } from '../support/bad-network.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { EXAM, QUIZ_SCHOOL } from '../support/quiz.ts';
import { startSite } from '../support/site.ts';
import type { Site } from '../support/site.ts';
import { copied, databasesOf, workerReady } from './device-copies.ts';
import { enrol, expectMarked, inSidebar, markButton, PASSWORD, saved, signOut } from './learner.ts';

const browser = await launchChromium();
const folder = newFolder({});
const content = join(folder, 'content');
let network: BadNetwork;
let site: Site;

const start = () => startSite({ content, data: join(folder, 'data'), origin: network.address });

beforeAll(async () => {
  writeFiles(content, QUIZ_SCHOOL);
  network = await startBadNetwork();
  site = await start();
  network.target = site.address;
});
afterAll(async () => {
  await browser.close();
  await network.stop();
  await site.stop();
  rmSync(folder, { recursive: true });
});

/** A story in which requests go wrong; `fates` says which, from then on. */
async function story(
  tell: (page: Page) => Promise<void>,
  { serviceWorker = false } = {},
): Promise<void> {
  network.fateOf = () => 'passed';
  network.faults.length = 0;
  const options = { baseURL: network.address, expectedErrors: [/./], serviceWorker };
  await visit(browser, options, tell);
}

/** From now on this becomes of requests whose method and path match. */
function befalls(what: RegExp, fate: Fate): void {
  network.faults.length = 0;
  network.fateOf = (method, path) => (what.test(`${method} ${path}`) ? fate : 'passed');
}

const LESSON = '/rope/basics/read';
const DATA = /__data\.json/;
const PORTAL = { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Pay</h1>' };
const FAULTS: [string, Fate][] = [
  ['is cut', 'lost'],
  ['breaks off in the middle', 'cut off'],
  ['answers 500', { status: 500, body: 'Internal Error' }],
  ['answers 503', { status: 503, headers: { 'retry-after': '1' } }],
  ['is a captive portal', PORTAL],
  ['is refused on the way', { status: 409, body: 'Conflict' }],
  ['leads to somebody else', { status: 302, headers: { location: '/pay-first' } }],
  [
    'fails in one part',
    {
      status: 200,
      body: '{"type":"data","nodes":[null,{"type":"error","error":{"message":"No","status":500}}]}\n',
    },
  ],
];

/** The network is there again, as the browser tells its pages. */
const goOnline = (page: Page) => page.evaluate(() => void dispatchEvent(new Event('online')));

/** Waits until a request went wrong, and its page has had time to make something of it. */
async function faulty(page: Page): Promise<void> {
  await expect.poll(() => network.faults.length).toBeGreaterThan(0);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
}

test('new content that does not arrive leaves what is being typed alone, and comes later', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(EXAM);
    await saved(page);
    await page.getByLabel('How many turns').fill('2');
    await site.stop();
    writeFileSync(join(content, '01-rope/01-basics/09-new.md'), '# Brand new\n\nWords.');
    site = await start();
    network.target = site.address;

    for (const [name, fate] of FAULTS) {
      befalls(DATA, fate);
      await goOnline(page);
      await faulty(page);
      expect(await page.getByLabel('How many turns').inputValue(), name).toBe('2');
    }
    network.fateOf = () => 'passed';
    await goOnline(page);
    await page.getByRole('link', { name: 'Next: Brand new' }).waitFor();
    await saved(page);
    expect(await page.getByLabel('How many turns').inputValue()).toBe('2');
  }));

test('a copy on the device is no answer to who is at work on the page itself', () =>
  story(
    async (page) => {
      await enrol(page);
      await page.goto(EXAM);
      await workerReady(page);
      await copied(page, EXAM);
      await page.getByLabel('How many turns').fill('2');
      await page.getByRole('radio', { name: 'Left' }).check();
      befalls(DATA, 'lost');
      await page.getByRole('button', { name: 'Check my answers' }).click();
      await faulty(page);
      await page.getByRole('button', { name: 'Account of Ada Lovelace' }).waitFor();

      network.fateOf = () => 'passed';
      await goOnline(page);
      await page.getByRole('heading', { name: 'Passed' }).and(page.locator(':focus')).waitFor();
    },
    { serviceWorker: true },
  ));

test('data that never come are given up, and asked for again by themselves', () =>
  story(async (page) => {
    await page.clock.install();
    await enrol(page);
    await page.goto(EXAM);
    await saved(page);
    befalls(DATA, 'hanging');
    await page.getByLabel('How many turns').fill('2');
    await page.getByRole('radio', { name: 'Left' }).check();
    await page.getByRole('button', { name: 'Check my answers' }).click();
    await expect.poll(() => network.faults.length).toBe(1);

    network.fateOf = () => 'passed';
    const feedback = page.getByRole('heading', { name: 'Passed' });
    await page.clock.runFor('00:59');
    expect(await feedback.count()).toBe(0);
    await page.clock.runFor('00:10');
    await feedback.and(page.locator(':focus')).waitFor();
  }));

test('a form that cannot be sent stays, with what was typed in it', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto('/account');
    await saved(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your changes are saved.').and(page.locator(':focus')).waitFor();
    await page.getByLabel('Name').fill('Grace Hopper');
    for (const [name, fate] of FAULTS) {
      befalls(/^POST \/account/, fate);
      await page.getByRole('button', { name: 'Save' }).click();
      await faulty(page);
      await page.getByRole('alert').getByText('No proper answer').waitFor();
      expect(await page.getByLabel('Name').inputValue(), name).toBe('Grace Hopper');
      expect(await page.getByText('Your changes are saved.').count(), name).toBe(0);
    }

    befalls(DATA, 'lost');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your changes are saved.').waitFor();
    await faulty(page);
    expect(await page.getByLabel('Name').inputValue()).toBe('Grace Hopper');
    network.fateOf = () => 'passed';
    await goOnline(page);
    await page.getByRole('button', { name: 'Account of Grace Hopper' }).waitFor();
  }));

test('a form on its way says so, and is not sent a second time', () =>
  story(async (page) => {
    await page.clock.install();
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByLabel('Password').fill(PASSWORD);
    befalls(/^POST/, 'hanging');
    const button = page.getByRole('main').getByRole('button', { name: 'Sign in' });
    await button.dblclick();
    await button.click();
    await expect.poll(() => network.faults).toEqual(['POST /sign-in: hanging']);
    await page.locator('form[aria-busy="true"]').waitFor();

    await page.clock.runFor('01:00');
    await page.getByRole('alert').getByText('No proper answer').waitFor();
    expect(await page.getByLabel('Password').inputValue()).toBe(PASSWORD);
    await button.click();
    await expect.poll(() => network.faults.length).toBe(2);
  }));

test('whoever signs in goes on though the answer broke off', () =>
  story(async (page) => {
    const { email } = await enrol(page);
    await page.context().clearCookies();
    await page.goto('/sign-in?to=/rope');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    befalls(/^POST \/sign-in/, 'cut off');
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(({ pathname }) => pathname === '/rope');
    await page.getByRole('button', { name: /^Account of/ }).waitFor();
    expect(network.faults).toHaveLength(1);
  }));

test('who is said to be somebody else, by somebody on the way, goes on typing', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto('/account');
    await saved(page);
    await page.getByLabel('Name').fill('Grace Hopper');
    befalls(/^POST \/api\/progress\/sync/, { status: 409, body: 'Conflict' });
    const asked = page.waitForResponse('**/api/auth/get-session');
    await goOnline(page);
    await asked;
    await faulty(page);
    network.fateOf = () => 'passed';
    await goOnline(page);
    await saved(page);
    expect(await page.getByLabel('Name').inputValue()).toBe('Grace Hopper');
  }));

test('who signs out in another tab is gone from this one, though nobody says who is here', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(LESSON);
    await markButton(page).click();
    await saved(page);
    const other = await page.context().newPage();
    await other.goto(LESSON);
    await saved(other);
    befalls(/get-session|__data/, 'lost');
    await signOut(other);
    await expectMarked(page, false);
  }));

test('whoever could not sign out is told, and signs out when it works', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(LESSON);
    await saved(page);
    network.fateOf = () => 'lost';
    await page.getByRole('button', { name: /^Account of/ }).click();
    const button = page.getByRole('button', { name: 'Sign out' });
    await button.click();
    await page.getByRole('alert').getByText('you may still be signed in').waitFor();
    await page.getByRole('heading', { name: 'Read about loops' }).waitFor();

    // The site is there, but that one request does not arrive: who is here is known again.
    befalls(/^POST \/sign-out/, 'lost');
    await button.click();
    await page.waitForURL('**/sign-out?again');
    await page.getByRole('alert').getByText('you are still signed in').waitFor();
    await saved(page);

    network.fateOf = () => 'passed';
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  }));

test('whoever hears nothing of their new password is told to sign in with it', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto('/account/password');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('another long password');
    befalls(/^POST \/account\/password/, 'unanswered');
    await page.getByRole('button', { name: 'Change the password' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'probably set already' });
    await alert.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(await learnerWith(await sessionOf(page))).toBeNull();
  }));

test('a deletion whose answer got lost is found out, and the device forgets', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(LESSON);
    await markButton(page).click();
    await saved(page);
    await page.goto('/account/delete');
    expect(await databasesOf(page)).toContain('"contentId":"read"');
    await page.getByLabel('Your password').fill(PASSWORD);
    const button = page.getByRole('button', { name: 'Delete my account' });
    befalls(/^POST \/account\/delete/, 'lost');
    await button.click();
    await page.getByRole('alert').getByText('What you typed is still here').waitFor();

    let isDown = false;
    network.fateOf = (method) => {
      if (isDown) return 'lost';
      isDown = method === 'POST';
      return isDown ? 'unanswered' : 'passed';
    };
    await button.click();
    await page.getByRole('alert').getByText('may be deleted already').waitFor();
    network.fateOf = () => 'passed';
    await goOnline(page);
    await page.getByText('Your account is deleted').waitFor();
    await expect.poll(() => databasesOf(page)).not.toContain('"contentId":"read"');
  }));

test('the next one on the device finds nothing of who signed out as the network went', () =>
  story(
    async (page) => {
      await learnOnACopy(page);

      let isDown = false;
      network.fateOf = (method, path) => {
        if (isDown) return 'lost';
        isDown = `${method} ${path}` === 'POST /sign-out';
        return isDown ? 'unanswered' : 'passed';
      };
      await page.getByRole('button', { name: /^Account of/ }).click();
      const cookie = await sessionOf(page);
      await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
      await expect.poll(() => network.faults).toContain('POST /sign-out: unanswered');
      expect(await learnerWith(cookie)).toBeNull();
      // The browser has not heard of it.
      expect(await sessionOf(page)).toBe(cookie);

      const next = await nextOnTheDevice(page);
      expect(await next.content()).not.toContain('Ada');
    },
    { serviceWorker: true },
  ));

test('whoever signs in as the network goes is not taken for the one whose session had ended', () =>
  story(
    async (page) => {
      await learnOnACopy(page);
      const headers = { origin: network.address };
      await page.request.post('/api/auth/sign-out', { data: {}, headers });
      await goOnline(page);
      await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
      const email = 'ben@example.org';
      const account = { name: 'Ben', email, password: PASSWORD };
      await fetch(`${site.address}/api/auth/sign-up/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(account),
      });
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(PASSWORD);

      let isDown = false;
      network.fateOf = (method) => {
        if (isDown) return 'lost';
        isDown = method === 'POST';
        return 'passed';
      };
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect.poll(() => network.faults.length).toBeGreaterThan(0);
      expect(await learnerWith(await sessionOf(page))).toMatchObject({ user: { name: 'Ben' } });

      // Her copies went as soon as a page knew that she had.
      const next = await page.context().newPage();
      await next.goto(LESSON);
      await next.getByText('This page is not on this device.').waitFor();
      await next.goto('/dashboard');
      // The device has said whose progress it shows: nobody's who has done anything.
      await next.locator('.site:not([data-progress-unknown])').waitFor();
      await next.getByText('Nothing is begun yet').waitFor();
      expect(await next.getByText(/[1-9]\d* of \d+ completed/).count()).toBe(0);
    },
    { serviceWorker: true },
  ));

/** Ada completes a lesson of which the device has a copy. */
async function learnOnACopy(page: Page): Promise<void> {
  await enrol(page);
  await page.goto(LESSON);
  await workerReady(page);
  await markButton(page).click();
  await saved(page);
  await copied(page, LESSON);
}

/** Opens the copy as whoever comes next, and makes sure that nothing is marked in it. */
async function nextOnTheDevice(page: Page): Promise<Page> {
  const next = await page.context().newPage();
  await next.goto(LESSON);
  await next.locator('html[data-copy]').waitFor();
  await inSidebar(next, 'Read about loops').getByText('Not started').waitFor();
  await expectMarked(next, false);
  return next;
}

/** The session's cookie, as this browser sends it. */
async function sessionOf(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** Whom the site takes for the bearer of a cookie; null when it knows nobody by it. */
async function learnerWith(cookie: string): Promise<unknown> {
  const answer = await fetch(`${site.address}/api/auth/get-session`, { headers: { cookie } });
  expect(answer.status).toBe(200);
  return answer.json();
}
