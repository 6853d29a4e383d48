import { describe, expect, test } from 'vitest';
import { setStage } from '../support/stories.ts';
import {
  COURSE,
  enrol,
  expectMarked,
  FIRST,
  inSidebar,
  markButton,
  saved,
  SECOND,
  signIn,
  signUp,
} from './learner.ts';

const { site, story, openProfile } = await setStage();

describe('a learner', () => {
  test('ticks a lesson off, finds it after a reload, and takes it back', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(FIRST);
      await expectMarked(page, false);
      await markButton(page).click();
      await expectMarked(page, true);
      await inSidebar(page, 'Completed').waitFor();
      await saved(page);

      await page.reload();
      await expectMarked(page, true);
      await markButton(page).click();
      await expectMarked(page, false);
      await saved(page);
      await page.reload();
      await expectMarked(page, false);
    }));

  test('sees the tick, the count and the ring in the frame of the click, before any answer', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(FIRST);
      const { promise: late, resolve: answer } = Promise.withResolvers<null>();
      await page.route('**/api/progress/sync', async (route) => {
        await late;
        await route.continue();
      });
      const asked = page.waitForRequest('**/api/progress/sync');
      const shown = await markButton(page).evaluate(
        (button: HTMLElement) =>
          new Promise<string>((resolve) => {
            button.click();
            requestAnimationFrame(() => resolve(document.body.innerText));
          }),
      );
      expect(shown).toMatch(/1 of 20 completed/);
      expect(await markButton(page).getAttribute('aria-pressed')).toBe('true');
      await asked;
      answer(null);
      await saved(page);
    }));

  test('finds everything in a second browser, and after coming back tomorrow', async () => {
    const first = await openProfile();
    const { email } = await enrol(first.page);
    await first.page.goto(SECOND);
    await markButton(first.page).click();
    await saved(first.page);
    await first.close();

    await story(
      async (page) => {
        await signIn(page, email);
        await page.goto(SECOND);
        await expectMarked(page, true);
        await page.goto('/dashboard');
        await page.getByText('Accessibility from the first line').first().waitFor();
      },
      { theme: 'dark' },
    );
  });

  test('is led to the next open lesson, and to what was skipped after the last', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(FIRST);
      await markButton(page).click();
      await page.getByRole('link', { name: /^Next:/ }).click();
      await page.waitForURL(`**${SECOND}`);
      await page.goto(COURSE);
      await page.getByRole('link', { name: /^Continue: / }).waitFor();
    }));

  test('completes a course and is told so, with its percentage at 100', () =>
    story(async (page) => {
      await enrol(page);
      const answer = await page.request.post('/api/progress/update', {
        headers: { origin: site.origin },
        data: { contentId: 'web/a11y', contentType: 'course', status: 'completed' },
      });
      const { progress } = (await answer.json()) as { progress: Record<string, unknown> };
      expect(progress).toMatchObject({ status: 'completed', progressPercentage: 100 });
      await page.goto('/dashboard');
      await page.getByRole('heading', { name: 'Completed' }).waitFor();
      await page.goto(FIRST);
      await expectMarked(page, true);
      await page.getByText('Course done').waitFor();
    }));

  test('reads and marks as a guest, and is told where it is kept', () =>
    story(async (page) => {
      await page.goto(FIRST);
      await markButton(page).click();
      await expectMarked(page, true);
      await page.getByText('Saved here').waitFor();
    }));

  test('copies one of several blocks of code, each by a button of its own name', () =>
    story(async (page, context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.goto('/web/progress-on-sveltekit/server/api-routes');
      const blocks = await page.getByRole('group', { name: /^Code / }).count();
      expect(blocks).toBeGreaterThan(2);
      for (let place = 1; place <= blocks; place++) {
        const button = page.getByRole('button', { name: new RegExp(`^Copy Code ${place}\\b`) });
        expect(await button.count(), `buttons of block ${place}`).toBe(1);
      }
      await page.getByRole('button', { name: /^Copy Code 2/ }).click();
      await page.getByRole('button', { name: /^Copied Code 2/ }).waitFor();
      const code = await page.getByRole('group', { name: /^Code 2/ }).textContent();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
    }));

  test('has nothing recorded by a preload: a link that was hovered is not opened', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(COURSE);
      const preloaded = page.waitForResponse(/__data\.json/);
      await page
        .getByRole('main')
        .getByRole('link', { name: /Markup that means/ })
        .hover();
      await preloaded;
      const answer = await page.request.get('/api/progress');
      expect(await answer.json()).toMatchObject({ progress: [], revision: 0 });
    }));
});

describe('without JavaScript', () => {
  test('signs up, marks, takes back and signs out through plain forms', () =>
    story(
      async (page) => {
        await signUp(page);
        await page.goto(FIRST);
        await markButton(page).click();
        await expectMarked(page, true);
        expect(new URL(page.url()).pathname).toBe(FIRST);
        await inSidebar(page, 'Completed').waitFor();
        await page.reload();
        await expectMarked(page, true);
        await markButton(page).click();
        await expectMarked(page, false);
        await page.goto('/sign-out');
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.goto('/dashboard');
        await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
      },
      { javaScript: false },
    ));

  test('a guest is sent to sign in and comes back to the lesson', () =>
    story(
      async (page) => {
        await page.goto(FIRST);
        await page.getByRole('link', { name: 'Sign in to mark this as complete' }).click();
        await page.waitForURL(`**/sign-in?to=${encodeURIComponent(FIRST)}`);
      },
      { javaScript: false },
    ));
});

describe('by keyboard alone', () => {
  test('a lesson is reached, marked and left', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(FIRST);
      await page.keyboard.press('Tab');
      expect(await focused()).toMatch(/skip/i);
      await page.keyboard.press('Enter');
      await tabTo('Mark as complete');
      await page.keyboard.press('Space');
      await expectMarked(page, true);
      expect(await focused()).toContain('Mark as complete');
      await tabTo('Next:');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**${SECOND}`);

      function focused(): Promise<string> {
        return page.evaluate(
          () => document.activeElement?.closest<HTMLElement>('a, button')?.innerText ?? '',
        );
      }
      async function tabTo(name: string): Promise<void> {
        for (let presses = 0; presses < 200; presses++) {
          if ((await focused()).includes(name)) return;
          await page.keyboard.press('Tab');
        }
        throw new Error(`Tab never came to "${name}".`);
      }
    }));
});
