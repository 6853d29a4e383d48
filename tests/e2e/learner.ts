import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** A course and its first lessons, from the sample courses. */
export const COURSE = '/web/accessibility';
export const FIRST = `${COURSE}/structure/who-benefits`;
export const SECOND = `${COURSE}/structure/semantic-html`;

let accounts = 0;

/** Signs up with a new account through the form, as a person would. */
export async function signUp(page: Page, name = 'Ada Lovelace'): Promise<{ email: string }> {
  const email = `learner-${process.pid}-${++accounts}@example.org`;
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
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
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

/** Fails unless the toggle is (or is not) pressed. */
export async function expectMarked(page: Page, marked: boolean): Promise<void> {
  await page.locator(`button[aria-pressed="${marked}"]`, { hasText: 'Mark as complete' }).waitFor();
  expect(await markButton(page).getAttribute('aria-pressed')).toBe(String(marked));
}

/** Of every learner here. */
export const PASSWORD = 'correct horse battery';
