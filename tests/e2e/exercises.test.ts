import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectAccessible, THEMES } from '../support/chromium.ts';
import { EXAM, QUIZ, QUIZ_SCHOOL, RIGHT } from '../support/quiz.ts';
import { setStage } from '../support/stories.ts';
import { copied, workerReady } from './device-copies.ts';
import { enrol, goOffline, inSidebar, saved, signIn, signUp } from './learner.ts';

const { site, story } = await setStage({ files: QUIZ_SCHOOL });

const ANSWERED = { answers: RIGHT };
const STEPS = ['Make a small loop', 'Pass the end up', 'Lead the end around', 'Draw it tight'];

/** Answers the quiz as a person would; all of it right unless said otherwise. */
async function fillIn(page: Page, knot = 'Double sheet bend'): Promise<void> {
  await page.getByRole('radio', { name: knot }).check();
  await page.getByRole('checkbox', { name: 'Bowline' }).check();
  await page.getByRole('checkbox', { name: 'Figure eight loop' }).check();
  await page.getByLabel('What is a hitch called').fill(' MIDSHIPMAN ');
  await page.getByLabel('How many newtons').fill('73518,5');
  for (const [place, step] of STEPS.entries()) {
    await page.getByRole('combobox', { name: step }).selectOption(String(place + 1));
  }
}

const submit = (page: Page) => page.getByRole('button', { name: 'Check my answers' });
const feedback = (page: Page, title: string) => page.getByRole('heading', { name: title });

/** Waits for the feedback, and for the focus to go there. */
async function graded(page: Page, title: string): Promise<void> {
  await feedback(page, title).and(page.locator(':focus')).waitFor();
}

describe('a learner', () => {
  test('hands in, is told what was not right and why, tries again and passes', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(QUIZ);
      await fillIn(page, 'Granny');
      await page.getByLabel('How many newtons').fill('5');
      await submit(page).click();
      await graded(page, 'Not passed yet: 50 of 100');
      await page.getByText('A granny-slips-under-load lesson is learnt once.').waitFor();
      expect(await page.getByText(/^✗ Not right$/).count()).toBe(2);
      expect(await page.getByText(/^✓ Right$/).count()).toBe(3);

      // The next attempt begins with nothing.
      expect(await page.getByRole('radio', { checked: true }).count()).toBe(0);
      await fillIn(page);
      await submit(page).click();
      await feedback(page, 'Passed: 100 of 100').waitFor();
      const marked = page
        .getByRole('region', { name: 'Questions' })
        .locator('li :is(code, em, strong)');
      expect(await marked.allInnerTexts()).toEqual(['Bowline', 'fold-the-bight', '<b>', 'newtons']);
      for (const title of ['What holds', 'Read about loops']) {
        await inSidebar(page, title).getByText('Completed').waitFor();
      }
      await page.getByText('Your attempts: 2').click();
      await page.getByText('Your score is 100. The best attempt counts.').waitFor();
      const rows = await page.getByRole('row').allInnerTexts();
      expect(rows.map((row) => row.split(/\t/).slice(1))).toEqual([
        ['Score', 'Result'],
        ['100', 'Passed'],
        ['50', 'Not passed'],
      ]);
      await page.reload();
      await feedback(page, 'Passed: 100 of 100').waitFor();
    }));

  test('is led to each answer that is missing, and nothing is handed in', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(QUIZ);
      await page.getByLabel('How many newtons').fill('1,000');
      await submit(page).click();
      const alert = page.getByRole('alert');
      await alert.getByText('5 answers are not complete.').waitFor();
      await alert.and(page.locator(':focus')).waitFor();
      await alert.getByRole('link', { name: /^Question 4: Write a number/ }).click();
      const field = page.getByLabel('How many newtons');
      expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      const answer = await page.request.get('/api/progress/content?contentId=quiz');
      expect(await answer.json()).toMatchObject({ score: null });
    }));

  test('finds what was typed in another browser, and nothing of it once it is handed in', async () => {
    let email = '';
    await story(async (page) => {
      ({ email } = await enrol(page));
      await page.goto(EXAM);
      await page.getByLabel('How many turns?').fill('7');
      await page.getByRole('radio', { name: 'Right' }).check();
      // Left before it was time to save: it is saved on leaving.
      await page.getByRole('link', { name: 'The basics' }).first().click();
      await page.waitForURL('**/basics');
      await saved(page);
    });
    await story(async (page) => {
      await signIn(page, email);
      await page.goto(EXAM);
      await expect.poll(() => page.getByLabel('How many turns?').inputValue()).toBe('7');
      expect(await page.getByRole('radio', { name: 'Right' }).isChecked()).toBe(true);
      await submit(page).click();
      await feedback(page, 'Not passed yet: 0 of 100').waitFor();
      expect(await page.getByLabel('How many turns?').inputValue()).toBe('');
      await page.reload();
      expect(await page.getByLabel('How many turns?').inputValue()).toBe('');
    });
  });

  test('has no more attempts than there are', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(EXAM);
      await page.getByText('You have 2 attempts.').waitFor();
      for (const [title, left] of [
        ['Not passed yet: 50 of 100', '1 of 2 attempts left.'],
        [
          'Not passed: 50 of 100',
          'You have made all 2 attempts. It stays open until its author allows more.',
        ],
      ] as const) {
        await page.getByRole('radio', { name: 'Right' }).check();
        await page.getByLabel('How many turns?').fill('2');
        await submit(page).click();
        await graded(page, title);
        await page.getByText(left).waitFor();
      }
      expect(await submit(page).count()).toBe(0);
    }));

  test('finds what was filled in before the script of the page ran', () =>
    story(async (page) => {
      await enrol(page);
      const { promise: ready, resolve: run } = Promise.withResolvers<null>();
      await page.route('**/_app/immutable/entry/**', async (route) => {
        await ready;
        await route.continue();
      });
      await page.goto(QUIZ, { waitUntil: 'commit' });
      await fillIn(page);
      run(null);
      await saved(page);
      await submit(page).click();
      await graded(page, 'Passed: 100 of 100');
    }));

  test('answers offline; the grade comes with the network, after a reload too', () =>
    story(
      async (page) => {
        await enrol(page);
        await page.goto(QUIZ);
        await workerReady(page);
        await copied(page, QUIZ);
        await goOffline(page);
        await fillIn(page);
        await submit(page).click();
        await page.getByText('Saved. Your answers will be graded when you are online.').waitFor();
        await page.reload();
        await page.getByText('Saved. Your answers will be graded when you are online.').waitFor();
        await page.getByRole('radio', { name: 'Double sheet bend', checked: true }).waitFor();
        expect(await page.getByText('granny-slips-under-load').count()).toBe(0);
        await page.context().setOffline(false);
        await feedback(page, 'Passed: 100 of 100').waitFor();
        await inSidebar(page, 'What holds').getByText('Completed').waitFor();
      },
      { expectedErrors: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch|status of 50\d/] },
    ));
});

test('an attempt made elsewhere brings its feedback to a page that is open', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(QUIZ);
    await saved(page);
    const answer = await page.request.post('/api/progress/update', {
      headers: { origin: site.origin },
      data: { contentId: 'quiz', contentType: 'exercise', status: 'in-progress', data: ANSWERED },
    });
    expect(answer.status()).toBe(200);
    expect(await feedback(page, 'Passed: 100 of 100').count()).toBe(0);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await feedback(page, 'Passed: 100 of 100').waitFor();
  }));

test('a guest is told that answers wait, and has them graded with the account', () =>
  story(async (page) => {
    await page.goto(QUIZ);
    await page.getByText('The site checks your answers when you are signed in').waitFor();
    await fillIn(page);
    await submit(page).click();
    await page.getByText('Your answers are kept on this device.').waitFor();
    await signUp(page);
    await page.getByRole('button', { name: 'Add to my progress' }).click();
    await saved(page);
    await page.goto(QUIZ);
    await feedback(page, 'Passed: 100 of 100').waitFor();
  }));

test('by keyboard alone a question of every kind is answered, and the answers are handed in', () =>
  story(async (page) => {
    await enrol(page);
    await page.goto(QUIZ);
    const isAtFirst = () => page.evaluate(() => document.activeElement?.id === 'q1');
    for (let presses = 0; presses < 100 && !(await isAtFirst()); presses++) await press('Tab');
    await press('ArrowDown'); // the second knot
    await press('Tab', 'Space', 'Tab', 'Tab', 'Space');
    await press('Tab');
    await page.keyboard.type('midshipman');
    await press('Tab');
    await page.keyboard.type('73519');
    for (let line = 0; line < STEPS.length; line++) {
      await press('Tab');
      const text = await page.evaluate(() => document.activeElement?.closest('label')?.innerText);
      await page.keyboard.type(String(STEPS.findIndex((step) => text?.includes(step)) + 1));
    }
    await press('Tab', 'Enter');
    await graded(page, 'Passed: 100 of 100');

    async function press(...keys: string[]) {
      for (const key of keys) await page.keyboard.press(key);
    }
  }));

test('without JavaScript everything is a plain form', () =>
  story(
    async (page) => {
      await page.goto(QUIZ);
      await page.getByRole('link', { name: 'Sign in to answer these questions' }).waitFor();
      expect(await submit(page).isVisible()).toBe(false);
      await signUp(page);
      await page.goto(QUIZ);
      await fillIn(page);
      await page.getByRole('combobox', { name: STEPS[0]! }).selectOption('4');
      await submit(page).click();
      await page.getByText('One answer is not complete.').waitFor();
      expect(await page.getByRole('radio', { name: 'Double sheet bend' }).isChecked()).toBe(true);
      await fillIn(page);
      await submit(page).click();
      await feedback(page, 'Passed: 100 of 100').waitFor();
      expect(new URL(page.url()).hash).toBe('#feedback');
      await inSidebar(page, 'What holds').getByText('Completed').waitFor();

      await page.goto(EXAM);
      for (const left of ['1 of 2 attempts left.', 'You have made all 2 attempts.']) {
        await page.getByRole('radio', { name: 'Right' }).check();
        await page.getByLabel('How many turns?').fill('3');
        await submit(page).click();
        await page.getByText(left).waitFor();
      }
    },
    { javaScript: false, expectedErrors: [/status of 422/] },
  ));

test.each(THEMES)('the form, its errors and the feedback are accessible in the %s theme', (theme) =>
  story(
    async (page) => {
      await enrol(page);
      await page.goto(QUIZ);
      await submit(page).click();
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);
      await fillIn(page, 'Granny');
      await submit(page).click();
      await feedback(page, 'Not passed yet: 67 of 100').waitFor();
      await page.getByText('Your attempts: 1').click();
      await expectAccessible(page);
    },
    { theme, reducedMotion: true },
  ),
);
