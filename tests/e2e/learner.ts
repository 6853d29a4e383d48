import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** A course and its first lessons, from the sample courses. */
export const COURSE = '/web/accessibility';
export const FIRST = `${COURSE}/structure/who-benefits`;
export const SECOND = `${COURSE}/structure/semantic-html`;

let accounts = 0;
const freshEmail = () => `learner-${process.pid}-${++accounts}@example.org`;

/**
 * Makes a new account and signs in to it without a page, for stories that begin later. Its time zone
 * is known, so that the first page has nothing to tell the server.
 */
export async function enrol(page: Page, name = 'Ada Lovelace'): Promise<{ email: string }> {
  const email = freshEmail();
  const account = { name, email, password: PASSWORD };
  const signedUp = await page.request.post('/api/auth/sign-up/email', { data: account });
  expect(signedUp.status()).toBe(200);
  const { origin } = new URL(signedUp.url());
  const form = { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const settled = await page.request.post('/account', { form, headers: { origin } });
  expect(settled.status()).toBe(200);
  return { email };
}

/** The id of who is signed in. */
export async function userOf(page: Page): Promise<string> {
  const session = await page.request.get('/api/auth/get-session');
  const { user } = (await session.json()) as { user: { id: string } };
  return user.id;
}

/** Sends what a learner did on another device, which asks for the first time; the site's answer. */
export async function syncFrom(
  page: Page,
  sent: { origin: string; device: string; operations: readonly object[] },
): Promise<unknown> {
  const { origin, device, operations } = sent;
  const asUser = await userOf(page);
  const answer = await page.request.post('/api/progress/sync', {
    headers: { origin },
    data: { v: 1, device, asUser, now: Date.now(), cursor: null, catalogue: null, operations },
  });
  expect(answer.status()).toBe(200);
  return answer.json();
}

/** Signs up with a new account through the form, as a person would. */
export async function signUp(page: Page, name = 'Ada Lovelace'): Promise<{ email: string }> {
  const email = freshEmail();
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.waitForURL('**/dashboard');
  return { email };
}

/** Signs in through the form. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/dashboard');
}

/** Signs out by the menu in the header. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  const out = page.getByRole('banner').getByRole('link', { name: 'Sign in' });
  const asked = page.getByRole('main').getByRole('button', { name: 'Sign out' });
  await out.or(asked).waitFor();
  // The visit itself was still on its way to the server.
  if (await asked.isVisible()) {
    await saved(page);
    await asked.click();
  }
  await out.waitFor();
}

/** The toggle that completes the lesson on this page. */
export function markButton(page: Page) {
  return page.getByRole('button', { name: 'Mark as complete' });
}

/** What the sidebar says of a lesson: its status in words. */
export function inSidebar(page: Page, title: string) {
  return page.getByRole('navigation', { name: /^Contents/ }).getByRole('link', { name: title });
}

/** Waits until the page says that all is with the server. */
export async function saved(page: Page): Promise<void> {
  await page.getByRole('banner').getByText('Saved', { exact: true }).waitFor();
}

/** Goes off the network, and sees that it is: a connection that is open may still answer once. */
export async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  const ask = () =>
    fetch('/healthz').then(
      () => 'answered',
      () => 'no network',
    );
  await expect.poll(() => page.evaluate(ask)).toBe('no network');
}

/** Waits until the page says that it is offline, and that what was done in so many units waits. */
export async function waiting(page: Page, units: number): Promise<void> {
  await page.getByRole('banner').getByText(`Offline, ${units} waiting`).waitFor();
}

/**
 * Waits until the device keeps this many completions that the server has not acknowledged: a tick
 * shows a moment before, and a page that is closed in that moment takes it along.
 */
export async function keptOnDevice(page: Page, completions: number): Promise<void> {
  await page.waitForFunction(
    (expected) =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('sveltekit-cairn');
        opening.onsuccess = () => {
          const values = opening.result.transaction('values').objectStore('values');
          const all = values.getAll(IDBKeyRange.bound(['operation'], ['operation', []]));
          all.onsuccess = () => {
            const operations = all.result as { kind: string }[];
            resolve(operations.filter(({ kind }) => kind === 'completed').length === expected);
          };
          opening.result.close();
        };
      }),
    completions,
    { polling: 100 },
  );
}

/** Fails unless the toggle is (or is not) pressed. */
export async function expectMarked(page: Page, marked: boolean): Promise<void> {
  await page.locator(`button[aria-pressed="${marked}"]`, { hasText: 'Mark as complete' }).waitFor();
  expect(await markButton(page).getAttribute('aria-pressed')).toBe(String(marked));
}

/** Of every learner here. */
export const PASSWORD = 'correct horse battery';
