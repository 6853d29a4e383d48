import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectAccessible } from '../support/chromium.ts';
import type { ProfileOptions } from '../support/chromium.ts';
import { setStage } from '../support/stories.ts';
import { enrol, expectMarked, goOffline, markButton, saved } from './learner.ts';

const PARTS = ['One', 'Two', 'Three', 'Four', 'Five'];
const LONG = PARTS.map((part) => `## ${part}\n\n${'A sentence about knots. '.repeat(120)}`).join(
  '\n\n',
);
const FILM = '<video src="film.webm" width="640" height="360"></video>';

/** Short lessons of one minute: the end of their text completes them after 15 seconds. */
const LESSONS = {
  'index.md': '---\ntype: course\nid: knots\n---\n# Knots\n',
  'long.md': `---\nid: long\nduration: 1\n---\n# Long\n\n${LONG}`,
  'short.md': '---\nid: short\nduration: 1\n---\n# Short\n\nOne line.',
  'timed.md': '---\nid: timed\ncompletion: [{ time: 90 }]\n---\n# Timed\n\nOne line.',
  'film.md': `---\nid: film\ncompletion: [video]\n---\n# Film\n\n${FILM}`,
  'other.md': '---\nid: other\ncompletion: [button]\n---\n# Other\n\nOne line.',
};

const sample = join(import.meta.dirname, '../../content/01-web/01-accessibility/03-senses');
const files = { ...LESSONS, 'film.webm': readFileSync(join(sample, 'stacking.webm')) };
const { site, story, openProfile } = await setStage({ files }, { serviceWorker: false });

/** A learner whose pages have a clock that stands still unless the test sets it forward. */
function learn(
  tell: (page: Page) => Promise<void>,
  options: Partial<ProfileOptions> = {},
): Promise<void> {
  return story(async (page) => {
    await enrol(page);
    await stopTheClock(page);
    await tell(page);
  }, options);
}

/** How long the machine takes is nobody's time. */
async function stopTheClock(page: Page): Promise<void> {
  const now = Date.now();
  await page.clock.install({ time: now });
  await page.clock.pauseAt(now + 1000);
}

/** Opens a page and waits until its scripts run: time before that is nobody's. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await saved(page);
}

/** Time passes; with `busy`, the learner does something once in a while. */
async function pass(page: Page, seconds: number, { busy = false } = {}): Promise<void> {
  for (let left = seconds; left > 0; left -= 30) {
    if (busy) await page.keyboard.press('Shift');
    await page.clock.runFor(Math.min(30, left) * 1000);
  }
}

/** Lets the clock go on for what waits for it. */
async function whileTimePasses(page: Page, work: () => Promise<void>): Promise<void> {
  await page.clock.resume();
  await work();
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000);
}

/** Follows a link. SvelteKit waits for frames on its way, and frames are the clock's. */
async function follow(page: Page, link: Locator, path: RegExp): Promise<void> {
  await link.click();
  const next = async () => {
    await page.clock.runFor(20);
    return page.url();
  };
  await expect.poll(next).toMatch(path);
}

const toEnd = (page: Page) => page.evaluate(() => scrollTo(0, document.body.scrollHeight));

/** What a screen reader would have been told at the mark. */
const said = (page: Page) => page.getByRole('main').getByRole('status');

async function record(page: Page, contentId: string): Promise<Record<string, unknown>> {
  const answer = await page.request.get(`/api/progress/content?contentId=${contentId}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** The tab goes to the background, or comes back. */
const turnTab = (page: Page, visibilityState: 'hidden' | 'visible') =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visibilityState);

describe('reading to the end', () => {
  test('completes a lesson, says so once, and can be undone for this visit', () =>
    learn(async (page) => {
      await open(page, '/long');
      await pass(page, 20, { busy: true });
      await expectMarked(page, false); // the end was never seen
      await said(page).evaluate((status) => {
        const told: string[] = [];
        Object.assign(window, { told });
        const listen = new MutationObserver(() => told.push(status.textContent));
        listen.observe(status, { childList: true, characterData: true, subtree: true });
      });
      await toEnd(page);
      await pass(page, 3);
      await expectMarked(page, true);
      await whileTimePasses(page, () => expectAccessible(page));
      await expect.poll(() => record(page, 'long')).toMatchObject({ completedBy: 'scroll' });

      await page.getByRole('button', { name: 'Undo' }).click();
      await expectMarked(page, false);
      expect(await markButton(page).evaluate((button) => button === document.activeElement)).toBe(
        true,
      );
      await pass(page, 120, { busy: true });
      await expectMarked(page, false);
      const told = page.evaluate(() => (window as unknown as { told: string[] }).told);
      expect(await told).toEqual(['Completed: you read to the end', 'Not completed any more']);

      await follow(page, page.getByRole('main').getByRole('link', { name: /^Next/ }), /other$/);
      await page.goBack();
      await page.getByRole('heading', { name: 'Long' }).waitFor();
      await pass(page, 2);
      await toEnd(page);
      await pass(page, 18, { busy: true });
      await expectMarked(page, true);
    }));

  test('can be undone beside the offer to add a guest’s work, in a window of any height', () =>
    story(
      async (page) => {
        await page.goto('/other');
        await markButton(page).click();
        await expectMarked(page, true);
        await enrol(page);
        await stopTheClock(page);
        await open(page, '/long');
        await page.getByText('Before you signed in').waitFor();
        await pass(page, 20, { busy: true });
        await toEnd(page);
        await pass(page, 3);
        await page.evaluate(() => scrollTo(0, 300));
        for (const height of [900, 500]) {
          await page.setViewportSize({ width: 360, height });
          const isCovered = () =>
            page.getByRole('button', { name: 'Undo' }).evaluate((undo) => {
              const { left, top, bottom } = undo.getBoundingClientRect();
              return document.elementFromPoint(left + 5, (top + bottom) / 2) !== undo;
            });
          await expect.poll(isCovered, { message: `${height} pixels high` }).toBe(false);
        }
      },
      { width: 360 },
    ));

  test('is not done by jumping to the end at once', () =>
    learn(async (page) => {
      await open(page, '/long');
      await toEnd(page);
      await pass(page, 12);
      await expectMarked(page, false);
    }));

  test('of a page without more than a screen needs no scrolling', () =>
    learn(async (page) => {
      await open(page, '/short');
      await pass(page, 12);
      await expectMarked(page, false);
      await pass(page, 5);
      await expectMarked(page, true);
    }));

  test('counts nothing in a hidden tab, nor while another window has the focus', () =>
    learn(async (page) => {
      await open(page, '/other');
      await page.addInitScript(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      });
      await open(page, '/short');
      await pass(page, 300, { busy: true });
      expect(await record(page, 'short')).toMatchObject({ status: 'not-started', timeSpentMs: 0 });

      await page.evaluate(() => {
        document.hasFocus = () => false;
      });
      await turnTab(page, 'visible');
      await pass(page, 300, { busy: true });
      await expectMarked(page, false);
      // It is on screen, so it was opened; nobody was at it.
      await expect.poll(() => record(page, 'short')).toMatchObject({ status: 'in-progress' });
      expect(await record(page, 'short')).toMatchObject({ timeSpentMs: 0 });

      await page.evaluate(() => {
        document.hasFocus = () => true;
        window.dispatchEvent(new Event('focus'));
      });
      await pass(page, 17);
      await expectMarked(page, true);
    }));
});

describe('active time', () => {
  test('completes a lesson; who walks away for a while is not counted', () =>
    learn(async (page) => {
      await open(page, '/timed');
      await pass(page, 300);
      await expectMarked(page, false); // one minute after the last sign of life
      await pass(page, 33, { busy: true });
      await expectMarked(page, true);
      expect(await said(page).innerText()).toBe('Completed: you took your time');
      await expect.poll(() => record(page, 'timed')).toMatchObject({ completedBy: 'time' });
    }));

  test('is kept every half minute and on leaving, and adds up over visits', () =>
    learn(async (page) => {
      await open(page, '/timed');
      await pass(page, 45);
      await follow(page, page.getByRole('main').getByRole('link', { name: /^Previous/ }), /short$/);
      const spent = async () => Number((await record(page, 'timed'))['timeSpentMs']);
      await expect.poll(spent).toBeGreaterThan(44_000);
      expect(await spent()).toBeLessThan(70_000);
      await open(page, '/timed');
      await pass(page, 50, { busy: true });
      await expectMarked(page, true);
    }));

  test('of a page that did not load is nobody’s', async () => {
    const expectedErrors = [/Failed to load resource/, /ERR_INTERNET_DISCONNECTED/, /503/];
    await learn(
      async (page) => {
        await open(page, '/other');
        await goOffline(page);
        await page.goto('/short').catch(() => undefined); // there is no worker that has a copy
        await pass(page, 60, { busy: true });
        await page.context().setOffline(false);
        await open(page, '/other');
        expect(await record(page, 'short')).toMatchObject({
          status: 'not-started',
          timeSpentMs: 0,
        });
      },
      { expectedErrors },
    );
  });
});

describe('a film', () => {
  const play = (page: Page, { from, to }: { from: number; to: number }) =>
    page.evaluate(
      ([from, to]) =>
        new Promise<number>((resolve) => {
          const film = document.querySelector('video')!;
          film.muted = true;
          film.playbackRate = 8;
          film.currentTime = from!;
          film.addEventListener('timeupdate', () => {
            if (film.currentTime < to! && !film.ended) return;
            film.pause();
            resolve(film.currentTime);
          });
          void film.play();
        }),
      [from, to],
    );

  test('completes its lesson when nine tenths were watched, in whatever visits', () =>
    learn(async (page) => {
      await open(page, '/film');
      await pass(page, 2);
      // A busy machine notices late that it is to stop: there is much room to the eighteenth second.
      await play(page, { from: 0, to: 4 });
      const second = Math.floor(await play(page, { from: 1, to: 4 })); // again: hardly anything new
      await expectMarked(page, false);
      await follow(page, page.getByRole('main').getByRole('link', { name: /^Next/ }), /long$/);
      await expect
        .poll(() => record(page, 'film'))
        .toMatchObject({ status: 'in-progress', data: { video: { '/film.webm': second } } });
      const percentage = async () => Number((await record(page, 'film'))['progressPercentage']);
      await expect.poll(percentage).toBeGreaterThan(19);

      await open(page, '/film');
      const film = page.locator('video');
      await expect
        .poll(() => film.evaluate((each: HTMLVideoElement) => each.currentTime))
        .toBe(second);
      await play(page, { from: 3.5, to: 20 });
      await expectMarked(page, true);
      expect(await said(page).innerText()).toBe('Completed: you watched it all');
    }));

  test('that was skipped to its end does not', () =>
    learn(async (page) => {
      await open(page, '/film');
      await pass(page, 2);
      await play(page, { from: 15, to: 20 });
      await pass(page, 60, { busy: true });
      await expectMarked(page, false);
    }));

  test('that does not load leaves the button', async () => {
    await learn(
      async (page) => {
        await page.route('**/film.webm', (route) => route.abort());
        await open(page, '/film');
        await pass(page, 120, { busy: true });
        await expectMarked(page, false);
        await markButton(page).click();
        await expectMarked(page, true);
      },
      { expectedErrors: [/Failed to load resource/] },
    );
  });
});

describe('coming back', () => {
  const topOf = (page: Page, heading: string) =>
    page
      .getByRole('heading', { name: heading })
      .evaluate((each) => Math.round(each.getBoundingClientRect().top));

  test('leads to the heading where one stopped, without JavaScript too, and says so on a plain visit', async () => {
    const profile = await openProfile();
    const { page } = profile;
    await enrol(page);
    await stopTheClock(page);
    await open(page, '/long');
    await page.clock.runFor(2000);
    await page.getByRole('heading', { name: 'Three' }).evaluate((each) => {
      // Scrolling is told with the next frame, and a frame is not the clock's: on a busy machine it
      // may come after all that the clock is set forward by.
      const told = new Promise((resolve) => addEventListener('scroll', resolve, { once: true }));
      each.scrollIntoView();
      scrollBy(0, 100);
      return told;
    });
    await page.clock.runFor(5000); // to be there, not only to pass
    const dashboard = page.getByRole('banner').getByRole('link', { name: 'Dashboard' });
    await follow(page, dashboard, /dashboard$/);
    const way = page.getByRole('link', { name: /^Continue where you stopped/ });
    await expect.poll(() => way.getAttribute('href')).toBe('/long#s-three');
    await follow(page, way, /long#s-three$/);
    await expect.poll(() => topOf(page, 'Three')).toBeLessThan(100);

    // The browser's own memory of a place goes first.
    const afterReload = async () => {
      await page.evaluate(() => scrollTo(0, 120));
      // It takes note of a place after a moment.
      await page.waitForTimeout(200);
      await page.reload();
      return page.evaluate(() => scrollY);
    };
    await expect.poll(afterReload).toBe(120);

    await open(page, '/long');
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.getByRole('link', { name: 'Go on at “Three”' }).click();
    await expect.poll(() => topOf(page, 'Three')).toBeLessThan(100);

    const storageState = await profile.context.storageState();
    await profile.close();
    await story(
      async (plain) => {
        await plain.goto('/dashboard');
        await plain.getByRole('link', { name: /^Continue where you stopped/ }).click();
        await plain.waitForURL('**/long#s-three');
        await plain.getByRole('link', { name: 'Go on at “Three”' }).waitFor();
        await markButton(plain).click();
        await expectMarked(plain, true);
      },
      { javaScript: false, storageState },
    );
  });

  test('finds a place near it when its heading has gone', () =>
    story(async (page) => {
      await enrol(page);
      const answer = await page.request.post('/api/progress/update', {
        headers: { origin: site.origin },
        data: {
          ...{ contentId: 'long', contentType: 'lesson', status: 'in-progress' },
          data: { heading: 's-gone', part: 3, draft: 'kept' },
        },
      });
      expect(answer.status()).toBe(200);
      await open(page, '/long#s-gone');
      await expect.poll(() => topOf(page, 'Four')).toBeLessThan(100);
    }));
});
