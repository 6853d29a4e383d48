import { rmSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newFolder } from '../../src/site/content/folder.testing.ts';
import { expectAccessible, launchChromium, visit } from '../support/chromium.ts';
import { freePort } from '../../scripts/free-port.js';
import { CLOVE, KNOTS } from '../support/knots.ts';
import { makeNextBuild } from '../support/next-build.ts';
import { startSite } from '../support/site.ts';
import type { Site } from '../support/site.ts';
import { copied, storedOn, workerReady } from './device-copies.ts';
import type { Stored } from './device-copies.ts';
import {
  enrol,
  expectMarked,
  goOffline,
  keptOnDevice,
  markButton,
  saved,
  signOut,
  waiting,
  userOf,
} from './learner.ts';

const COURSE = '/rope/basics';
const HALF = `${COURSE}/hitches/half`;
const REEF = `${COURSE}/bends/reef`;
const FILM = `${COURSE}/hitches/film.mp4`;
/** Every page of the course, those around it and those below. */
const PAGES = [
  '/rope',
  COURSE,
  `${COURSE}/hitches`,
  CLOVE,
  HALF,
  `${COURSE}/hitches/tie`,
  `${COURSE}/bends`,
  REEF,
  `${COURSE}/bends/granny`,
  `${COURSE}/care`,
];
/** Bytes that no compression makes smaller. */
const film = crypto.getRandomValues(new Uint8Array(60_000));

const content = newFolder({
  ...KNOTS,
  '01-rope/01-basics/01-hitches/02-half.md':
    '---\nid: half\n---\n\n# Half hitch\n\n![Film](film.mp4)',
  '01-rope/01-basics/01-hitches/film.mp4': film,
  '01-rope/01-basics/01-hitches/a.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>',
});
const data = newFolder({});
// It is started again where it was: nobody else may be given its port in between.
const options = { content, data, settings: { PORT: String(await freePort()) } };
const browser = await launchChromium();
let site: Site;

beforeAll(async () => {
  site = await startSite(options);
});
afterAll(async () => {
  await browser.close();
  await site.stop();
  for (const dir of [content, data]) rmSync(dir, { recursive: true });
});

/** A story in a browser whose worker is there; what a cut network says in the console is expected. */
function story(tell: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
  const expectedErrors = [
    /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_FAILED|Failed to fetch/,
    /status of 50\d/,
  ];
  return visit(browser, { baseURL: site.origin, expectedErrors }, async (page) => {
    await page.goto('/');
    await workerReady(page);
    await tell(page, page.context());
  });
}

async function visitPage(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await copied(page, path);
}

async function keep(page: Page): Promise<void> {
  await page.goto(COURSE);
  await page.getByRole('button', { name: 'Keep for offline' }).click();
  await page.getByText(/^Kept for offline, \d/).waitFor();
}

async function expectReadable(page: Page, path: string): Promise<void> {
  const answer = await page.goto(path);
  expect([path, answer?.status()]).toEqual([path, 200]);
  expect(await page.locator('html').getAttribute('data-copy')).not.toBeNull();
}

describe('a visited lesson', () => {
  test('opens without a network, by its address and by a link, with its styles and its picture', () =>
    story(async (page) => {
      await visitPage(page, CLOVE);
      await visitPage(page, HALF);
      await goOffline(page);

      await expectReadable(page, CLOVE);
      const seen = await page.evaluate(() => ({
        unstyled: [...document.styleSheets].filter(({ cssRules }) => cssRules.length === 0).length,
        styled: document.styleSheets.length,
        picture: document.querySelector<HTMLImageElement>('article img')?.naturalWidth,
        shifts: performance.getEntriesByType('layout-shift').length,
      }));
      expect(seen).toMatchObject({ unstyled: 0, picture: 40, shifts: 0 });
      expect(seen.styled).toBeGreaterThan(0);

      await page.evaluate(() => (document.title = 'the same document'));
      const begun = await page.evaluate(() => performance.timeOrigin);
      await page.getByRole('link', { name: 'Half hitch' }).first().click();
      await page.getByRole('heading', { level: 1, name: 'Half hitch' }).waitFor();
      expect(await page.evaluate(() => performance.timeOrigin)).toBe(begun);
    }));

  test('shows in the theme that its reader chose', () =>
    story(async (page) => {
      await visitPage(page, CLOVE);
      await page.getByRole('button', { name: 'Dark theme' }).click();
      await goOffline(page);
      await expectReadable(page, CLOVE);
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    }));

  test('comes from the network while there is one', () =>
    story(async (page) => {
      await visitPage(page, CLOVE);
      // An answer that takes four seconds comes too late, and a busy machine may take as long.
      const reloaded = async () => {
        await page.reload();
        return page.locator('html').getAttribute('data-copy');
      };
      await expect.poll(reloaded).toBeNull();
    }));
});

describe('a page that is not on the device', () => {
  test('gives the offline page at its own address, with what can be read instead', () =>
    story(async (page, context) => {
      await visitPage(page, CLOVE);
      await goOffline(page);
      const answer = await page.goto(REEF);
      expect(answer?.status()).toBe(503);
      await page.getByRole('heading', { name: 'You are offline' }).waitFor();
      expect(new URL(page.url()).pathname).toBe(REEF);
      await page.getByText('in The basics').waitFor();
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Clove hitch' }).click();
      await page.getByRole('heading', { level: 1, name: 'Clove hitch' }).waitFor();

      await page.goto(REEF);
      await context.setOffline(false);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { level: 1, name: 'Reef knot' }).waitFor();
    }));

  test('gives it also for a copy that the browser has spoilt, which comes anew, as do scripts cleared away', () =>
    story(async (page, context) => {
      await visitPage(page, CLOVE);
      const scripts = (stored: Stored[]) =>
        stored.filter(({ path }) => path.endsWith('.js')).length;
      const before = scripts(await storedOn(page));
      const cleared = await page.evaluate(async (path) => {
        const [name] = (await caches.keys()).filter((each) => each.startsWith('cairn-build-'));
        const cache = await caches.open(name!);
        const copy = (await cache.match(path, { ignoreVary: true }))!;
        const { headers } = copy;
        await cache.put(path, new Response((await copy.arrayBuffer()).slice(0, 500), { headers }));
        const scripts = (await cache.keys()).filter(({ url }) => url.endsWith('.js'));
        return Promise.all(scripts.map((script) => cache.delete(script, { ignoreVary: true })));
      }, CLOVE);
      expect(before).toBeGreaterThan(10);
      expect(cleared).toHaveLength(before);
      await goOffline(page);
      expect((await page.goto(CLOVE))?.status()).toBe(503);

      await context.setOffline(false);
      await visitPage(page, CLOVE);
      await expect.poll(async () => scripts(await storedOn(page))).toBe(before);
      await goOffline(page);
      await expectReadable(page, CLOVE);
    }));

  test('gives it also for a link', () =>
    story(async (page) => {
      await visitPage(page, CLOVE);
      await goOffline(page);
      await page.getByRole('link', { name: 'Care of a rope' }).first().click();
      await page.getByRole('heading', { name: 'You are offline' }).waitFor();
    }));
});

describe('a course that is kept', () => {
  test('opens everywhere, its picture and its film too, and is offered on the offline page', () =>
    story(async (page) => {
      await keep(page);
      await expectAccessible(page);
      await goOffline(page);
      for (const path of PAGES) await expectReadable(page, path);
      const part = await page.evaluate(async (film) => {
        const answer = await fetch(film, { headers: { range: 'bytes=100-199' } });
        const bytes = [...new Uint8Array(await answer.arrayBuffer())];
        return { status: answer.status, range: answer.headers.get('content-range'), bytes };
      }, FILM);
      const bytes = [...film.slice(100, 200)];
      expect(part).toEqual({ status: 206, range: 'bytes 100-199/60000', bytes });

      await page.goto('/exams');
      await page.getByRole('heading', { name: 'Courses that you keep' }).waitFor();
      await page.getByRole('link', { name: 'The basics' }).waitFor();
    }));

  test('goes when it is removed, but for what was visited', () =>
    story(async (page) => {
      await visitPage(page, REEF);
      await keep(page);
      await page.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('button', { name: 'Keep for offline' }).waitFor();
      const kept = async () => {
        const paths = (await storedOn(page)).map(({ path }) => path);
        return paths.filter((path) => [...PAGES, FILM].includes(path)).sort();
      };
      await expect.poll(kept).toEqual([COURSE, REEF].sort());
      await goOffline(page);
      expect((await page.goto(CLOVE))?.status()).toBe(503);
    }));

  test('goes on where it stopped when the connection broke', () =>
    story(async (page) => {
      await page.goto(COURSE);
      await copied(page, COURSE);
      await site.kill();
      try {
        await page.getByRole('button', { name: 'Keep for offline' }).click();
        await page.getByText(/^The connection broke/).waitFor();
        await expectAccessible(page);
      } finally {
        site = await startSite(options);
      }
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByText(/^Kept for offline/).waitFor();
      await page.reload();
      await page.getByText(/^Kept for offline/).waitFor();
    }));

  test.each([
    ['too many requests', { status: 429, body: 'Too many requests.' }],
    [
      'a page of whoever runs this network',
      { contentType: 'text/html', body: '<h1>Pay here</h1>' },
    ],
  ])('is not kept while a film is answered with %s', (_, answer) =>
    story(async (page, context) => {
      await page.goto(COURSE);
      await copied(page, COURSE);
      let answered = 0;
      await context.route(`**${FILM}`, (route) => {
        answered++;
        return route.fulfill(answer);
      });
      await page.getByRole('button', { name: 'Keep for offline' }).click();
      await page.getByText(/^The connection broke/).waitFor();
      expect(answered).toBeGreaterThan(0);
      await context.unroute(`**${FILM}`);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByText(/^Kept for offline/).waitFor();
      expect((await storedOn(page)).map(({ path }) => path)).toContain(FILM);
    }),
  );

  test('leaves nothing behind on a full disk, says so, and the rest goes on', () =>
    story(async (page, context) => {
      await visitPage(page, CLOVE);
      await page.goto(COURSE);
      await copied(page, COURSE);
      const devtools = await context.newCDPSession(page);
      const { usage = 0 } = await page.evaluate(() => navigator.storage.estimate());
      const limit = { origin: site.origin, quotaSize: usage + 30_000 };
      await devtools.send('Storage.overrideQuotaForOrigin', limit);
      await page.getByRole('button', { name: 'Keep for offline' }).click();
      // The worker says this only when a write has failed for want of room.
      await page
        .getByText(/^There is not enough room on this device.* It needs about \d+ kB/)
        .waitFor();
      await expectAccessible(page);
      const kept = async () => {
        const paths = (await storedOn(page)).map(({ path }) => path);
        return paths.filter((path) => [FILM, REEF].includes(path));
      };
      await expect.poll(kept).toEqual([]);
      await goOffline(page);
      await expectReadable(page, CLOVE);

      await context.setOffline(false);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
      await keep(page);
    }));
});

describe('a learner who is offline', () => {
  test('ticks, finds it all when the browser is opened again, and it is sent by itself', () =>
    story(async (page, context) => {
      await enrol(page);
      await keep(page);
      await goOffline(page);
      await page.goto(CLOVE);
      await markButton(page).click();
      await expectMarked(page, true);
      await waiting(page, 1);
      await page
        .getByRole('link', { name: /Half hitch/ })
        .first()
        .click();
      await page.getByRole('heading', { level: 1, name: 'Half hitch' }).waitFor();
      await markButton(page).click();
      await expectMarked(page, true);
      await keptOnDevice(page, 2);
      await page.close();

      const again = await context.newPage();
      await again.goto(CLOVE);
      await expectMarked(again, true);
      const sidebar = again.getByRole('navigation', { name: /^Contents/ });
      await sidebar
        .getByText(/^2 of \d completed/)
        .first()
        .waitFor();
      await again.goto('/dashboard');
      await again
        .getByRole('main')
        .getByText(/^2 of \d+ completed/)
        .first()
        .waitFor();
      await again.goto('/device');
      await again.getByText('What you did in 2 lessons or exercises waits here').waitFor();
      // Nobody is asked to sign in who only has no network.
      expect(await again.getByRole('link', { name: 'Sign in' }).count()).toBe(0);

      await again.goto('/dashboard');
      const courses = again.getByRole('heading', { name: 'In progress' });
      await courses.waitFor();
      const place = await courses.boundingBox();
      await context.setOffline(false);
      await saved(again);
      await again.getByRole('button', { name: /^Account of/ }).waitFor();
      expect(await courses.boundingBox()).toEqual(place);
      const kept = await again.request.get('/api/progress?contentType=lesson&status=completed');
      expect(((await kept.json()) as { progress: unknown[] }).progress).toHaveLength(2);
    }));

  test('is a guest as long as nobody has signed in', () =>
    story(async (page) => {
      await keep(page);
      await goOffline(page);
      await page.goto(CLOVE);
      await markButton(page).click();
      await expectMarked(page, true);
      await page.reload();
      await expectMarked(page, true);
      await page.getByRole('banner').getByText('Saved here').waitFor();
    }));

  test('can leave without a network, and is told that the site has not heard', () =>
    story(async (page) => {
      await enrol(page);
      await page.goto(CLOVE);
      await saved(page);
      await copied(page, '/sign-out');
      await goOffline(page);
      await markButton(page).click();
      await expectMarked(page, true);
      await page.getByRole('button', { name: /^Account of/ }).click();
      await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('radio', { name: /^Keep it on this device/ }).waitFor();
      await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
      await page.getByText(/^No answer came from the site/).waitFor();
      await page.goto('/device');
      await page.getByRole('heading', { name: 'Not sent yet' }).waitFor();
      await page.getByRole('main').getByRole('link', { name: 'Sign in' }).waitFor();
    }));

  test('leaves nothing for the next one on the device, in no cache either', () =>
    story(async (page) => {
      await enrol(page);
      await visitPage(page, CLOVE);
      await keep(page);
      await signOut(page);
      const pages = async () =>
        (await storedOn(page)).filter(({ path }) => path.startsWith('/rope')).length;
      await expect.poll(pages).toBe(0);
      await page.goto('/offline');
      expect(await page.getByRole('link', { name: /Clove|Basics/ }).count()).toBe(0);
    }));
});

test('what a learner kept goes when they leave, though the page is closed in the middle of it', () =>
  story(async (page, context) => {
    await enrol(page);
    await visitPage(page, CLOVE);
    await keep(page);
    await page.addInitScript(() => {
      Cache.prototype.delete = () => {
        Object.assign(window, { isStuck: true });
        return new Promise(() => undefined);
      };
    });
    await page.goto('/');
    await saved(page);
    await signOut(page);
    await page.waitForFunction(() => 'isStuck' in window);
    const copies = async (shown: Page) =>
      (await storedOn(shown)).filter(({ path }) => path.startsWith('/rope')).length;
    expect(await copies(page)).toBeGreaterThan(PAGES.length);
    const next = await context.newPage();
    await page.close();
    await next.goto('/');
    await expect.poll(() => copies(next)).toBe(0);
    await next.goto('/offline');
    expect(await next.getByRole('link', { name: /Clove|Basics/ }).count()).toBe(0);
  }));

describe('nothing personal', () => {
  test('is in any cache, though the learner read and kept as herself', () =>
    story(async (page) => {
      const { email } = await enrol(page, 'Ada Lovelace');
      const user = await userOf(page);
      for (const path of [CLOVE, HALF]) await visitPage(page, path);
      await markButton(page).click();
      await saved(page);
      await page.reload();
      // What she was shown was hers.
      await expect.poll(() => page.content()).toContain('Ada Lovelace');
      await keep(page);

      const stored = await storedOn(page);
      expect(stored.length).toBeGreaterThan(2 * PAGES.length);
      for (const { path, text, headers } of stored) {
        for (const hers of ['Ada', email, user]) {
          expect([path, text.includes(hers) || JSON.stringify(headers).includes(hers)]).toEqual([
            path,
            false,
          ]);
        }
        expect(path).not.toMatch(/^\/(api|account)/);
      }
    }));

  test('is answered to a request for a copy, even with a session', () =>
    story(async (page) => {
      await enrol(page, 'Ada Lovelace');
      const headers = { 'x-cairn-copy': '1' };
      for (const path of [CLOVE, `${CLOVE}/__data.json`]) {
        const hers = await page.request.get(path);
        expect(hers.headers()['cache-control']).toBe('private, no-store');
        const copy = await page.request.get(path, { headers });
        expect(copy.headers()).not.toHaveProperty('set-cookie');
        expect(copy.headers()['x-cairn-copy']).toMatch(/./);
        expect(await hers.text()).toContain('Ada Lovelace');
        expect(await copy.text()).not.toContain('Ada');
      }
    }));
});

test('the next build takes over and loses nothing that was kept', () =>
  story(async (page, context) => {
    const next = await makeNextBuild('The next release');
    await visitPage(page, '/rope/exams');
    await keep(page);
    const before = (await storedOn(page)).find(({ path }) => path === CLOVE)!.cache;
    await site.stop();
    site = await startSite({ ...options, program: next.folder });

    // The new worker is there, and the network goes before it has fetched anything anew.
    await page.evaluate(async () => {
      const taken = new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve),
      );
      await (await navigator.serviceWorker.ready).update();
      await taken;
    });
    await goOffline(page);
    for (const path of PAGES) await expectReadable(page, path);
    expect((await storedOn(page)).find(({ path }) => path === CLOVE)!.cache).toBe(before);

    await context.setOffline(false);
    await page.goto(CLOVE);
    for (const path of [...PAGES, '/rope/exams']) await copied(page, path, next.version);
    await expect
      .poll(async () =>
        (await storedOn(page)).filter(({ cache }) => cache === before).map(({ path }) => path),
      )
      .not.toContain(CLOVE);
    await goOffline(page);
    for (const path of [...PAGES, '/rope/exams']) {
      await expectReadable(page, path);
      await page.getByRole('contentinfo').getByText('The next release').waitFor();
    }
    // An older page that is still open finds its scripts.
    const scripts = (await storedOn(page)).filter(({ cache }) => cache === before);
    expect(scripts.some(({ path }) => path.includes('/_app/immutable/entry/'))).toBe(true);

    await site.stop();
    site = await startSite(options);
    next.remove();
  }));
