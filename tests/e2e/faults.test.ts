import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { freePort } from '../../scripts/free-port.js';
import { startSite } from '../support/site.ts';
import type { Site } from '../support/site.ts';
import { setStage } from '../support/stories.ts';
import {
  enrol,
  expectMarked,
  FIRST,
  goOffline,
  keptOnDevice,
  markButton,
  saved,
  SECOND,
  signIn,
  waiting,
} from './learner.ts';

// Things go wrong here: what the console says of it is no failure.
const { site, story, openProfile } = await setStage(
  {},
  { expectedErrors: [/./], serviceWorker: false },
);

/** What the server has logged of all learners: device, number, kind. */
function log({ data }: Site): { device: string; seq: number; kind: string; contentId: string }[] {
  const database = new DatabaseSync(join(data, 'cairn.db'), { readOnly: true });
  const rows = database
    .prepare(
      `select device_id as device, seq, kind, content_id as contentId
       from progress_operations order by device_id, seq`,
    )
    .all();
  database.close();
  return rows as ReturnType<typeof log>;
}

/** Waits until this device holds nothing that the server has not acknowledged. */
async function allSent(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('sveltekit-cairn');
        opening.onsuccess = () => {
          const values = opening.result.transaction('values').objectStore('values');
          const count = values.count(IDBKeyRange.bound(['operation'], ['operation', []]));
          count.onsuccess = () => resolve(count.result === 0);
          opening.result.close();
        };
      }),
    undefined,
    { polling: 100 },
  );
  await saved(page);
}

const header = (page: Page) => page.getByRole('banner');

test('a tab that is killed while it writes loses nothing that it had kept', () =>
  story(async (page, context) => {
    await enrol(page);
    const before = log(site).length;
    let crashes = 0;
    for (let round = 0; round < 8; round++) {
      const tab = await context.newPage();
      await tab.goto(FIRST);
      await expectMarked(tab, round % 2 === 1);
      await goOffline(tab);
      const crashed = tab.waitForEvent('crash');
      const debug = await context.newCDPSession(tab);
      // The renderer goes down a few milliseconds after the click, at another moment each time.
      await tab.evaluate((delay) => {
        document.querySelector<HTMLButtonElement>('form[action="?/mark"] button')!.click();
        return new Promise((resolve) => setTimeout(resolve, delay));
      }, round * 3);
      void debug.send('Page.crash').catch(() => undefined);
      await crashed;
      crashes++;
      await tab.close();
      await context.setOffline(false);

      const next = await context.newPage();
      await next.goto(FIRST);
      await allSent(next);
      // Whichever it was: what the page shows is what the server has.
      const shown = await markButton(next).getAttribute('aria-pressed');
      await next.reload();
      await expectMarked(next, shown === 'true');
      if (shown !== String(round % 2 === 0)) {
        await markButton(next).click();
        await allSent(next);
      }
      await next.close();
    }
    expect(crashes).toBe(8);
    const seqs = log(site).slice(before);
    expect(new Set(seqs.map(({ device, seq }) => `${device} ${seq}`)).size).toBe(seqs.length);
    expect(seqs.length).toBe(8);
  }));

test('a tab that is killed while it draws the tick has kept the mark', () =>
  story(async (page, context) => {
    await enrol(page);
    const before = log(site).length;
    for (let round = 0; round < 4; round++) {
      const tab = await context.newPage();
      const synced = tab.waitForResponse('/api/progress/sync');
      await tab.goto(FIRST);
      await synced;
      await allSent(tab);
      await expectMarked(tab, round % 2 === 1);
      await goOffline(tab);
      const debug = await context.newCDPSession(tab);
      const crashed = tab.waitForEvent('crash');
      let isDrawing = () => {};
      const drawing = new Promise<void>((resolve) => (isDrawing = resolve));
      await debug.send('Runtime.addBinding', { name: 'tellDrawing' });
      debug.on('Runtime.bindingCalled', isDrawing);
      // Once the tick is in the document nothing more happens in this page.
      const clicked = tab.evaluate(() => {
        const button = document.querySelector<HTMLButtonElement>('form[action="?/mark"] button')!;
        const { tellDrawing } = globalThis as unknown as { tellDrawing: (what: string) => void };
        new MutationObserver(() => {
          tellDrawing('tick');
          for (;;);
        }).observe(button, { attributeFilter: ['aria-pressed'] });
        button.click();
      });
      clicked.catch(() => undefined);
      await drawing;
      void debug.send('Page.crash').catch(() => undefined);
      await crashed;
      await tab.close();
      await context.setOffline(false);

      const next = await context.newPage();
      await next.goto(FIRST);
      await expectMarked(next, round % 2 === 0);
      await allSent(next);
      await next.reload();
      await expectMarked(next, round % 2 === 0);
      await next.close();
      expect(log(site)).toHaveLength(before + round + 1);
    }
  }));

test('IndexedDB deleted underneath an offline page loses nothing that it knows', () =>
  story(async (page, context) => {
    const before = log(site).length;
    await enrol(page);
    await page.goto(FIRST);
    await goOffline(page);
    await markButton(page).click();
    await waiting(page, 1);
    const left = await page.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) {
        const request = indexedDB.deleteDatabase(name!);
        await new Promise((resolve, reject) => {
          request.onsuccess = resolve;
          request.onerror = reject;
          request.onblocked = reject;
        });
      }
      return (await indexedDB.databases()).length;
    });
    expect(left).toBe(0);
    await markButton(page).click();
    await markButton(page).click();
    await expectMarked(page, true);
    await context.setOffline(false);
    await saved(page);
    expect(log(site).slice(before)).toHaveLength(3);
    await page.reload();
    await expectMarked(page, true);
  }));

test('IndexedDB blocked: progress goes straight to the server, and the page says what is at risk', () =>
  story(async (page, context) => {
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', {
        get() {
          (globalThis as { refused?: number }).refused = 1;
          throw new DOMException('Storage is blocked.', 'SecurityError');
        },
      });
    });
    await enrol(page);
    await page.goto(FIRST);
    await markButton(page).click();
    await saved(page);
    expect(await page.evaluate(() => (globalThis as { refused?: number }).refused)).toBe(1);
    await goOffline(page);
    await markButton(page).click();
    await header(page).getByText('This device cannot keep what you do').waitFor();
    await context.setOffline(false);
    await saved(page);
    await page.reload();
    await expectMarked(page, false);
  }));

/** Gives the site little room on this device, before its first page: browsers believe for a while what they knew. */
async function limitDisk(page: Page): Promise<void> {
  await page.goto('/healthz');
  const debug = await page.context().newCDPSession(page);
  const quota = { origin: site.address, quotaSize: 3_000_000 };
  await debug.send('Storage.overrideQuotaForOrigin', quota);
}

/** Fills it to the last byte, and sees that it is full. */
async function fillDisk(page: Page): Promise<void> {
  const refused = await page.evaluate(async () => {
    const put = (size: number) =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open('something-else');
        opening.onupgradeneeded = () =>
          opening.result.createObjectStore('things', { autoIncrement: true });
        opening.onerror = () => resolve(opening.error!.name);
        opening.onsuccess = () => {
          const tx = opening.result.transaction('things', 'readwrite');
          // Nothing that the database could press together.
          tx.objectStore('things').put(crypto.getRandomValues(new Uint8Array(size)));
          tx.onabort = () => resolve(tx.error!.name);
          tx.oncomplete = () => resolve('kept');
          opening.result.close();
        };
      });
    let answer = 'kept';
    for (const size of [60_000, 6_000, 600, 1]) {
      for (let n = 0; n < 100 && (answer = await put(size)) === 'kept'; n++);
    }
    return answer;
  });
  expect(refused).toBe('QuotaExceededError');
}

test('a full disk: marks stay in the page, which says so, and are sent', () =>
  story(async (page, context) => {
    await limitDisk(page);
    await enrol(page);
    await page.goto(FIRST);
    await saved(page);
    await fillDisk(page);
    await goOffline(page);
    await markButton(page).click();
    await header(page).getByText('This device cannot keep what you do').waitFor();
    await expectMarked(page, true);
    await context.setOffline(false);
    await saved(page);
    await page.reload();
    await expectMarked(page, true);
  }));

test('a full disk: what a guest did stays where it is, which is said, until there is room', () =>
  story(async (page) => {
    await limitDisk(page);
    await page.goto(FIRST);
    await markButton(page).click();
    await keptOnDevice(page, 1);
    await enrol(page);
    await page.goto(SECOND);
    await fillDisk(page);
    const add = page.getByRole('button', { name: 'Add to my progress' });
    await add.click();
    await page.getByText('There is no room for that on this device.').waitFor();
    await page.evaluate(() => indexedDB.deleteDatabase('something-else'));
    // What the browser knew of the disk, it believes for a while.
    const tryAgain = async () => {
      if (await add.isVisible()) await add.click();
      return page.getByText('Added to your progress.').isVisible();
    };
    await expect.poll(tryAgain).toBe(true);
    await saved(page);
    await page.goto(FIRST);
    await expectMarked(page, true);
  }));

test('a session that ends in the middle of the queue: all waits, and is sent after signing in', () =>
  story(async (page, context) => {
    const { email } = await enrol(page);
    await page.goto(FIRST);
    await goOffline(page);
    await markButton(page).click();
    await waiting(page, 1);
    await context.clearCookies();
    await context.setOffline(false);
    await header(page)
      .getByText(/^\s*Signed out, [123] waiting/)
      .waitFor();
    await expectMarked(page, true);
    await signIn(page, email);
    await page.goto(FIRST);
    await saved(page);
    await expectMarked(page, true);
  }));

test('two devices, a week offline, 500 marks each: everything arrives once, and both agree', () =>
  story(async (page, context) => {
    const { email } = await enrol(page);
    const other = await openProfile({ serviceWorker: true });
    await signIn(other.page, email);
    const before = log(site).length;
    const devices = [
      { page, context, path: FIRST, days: 7 },
      { page: other.page, context: other.context, path: SECOND, days: -7 },
    ];
    for (const device of devices) {
      await device.page.goto(device.path);
      await saved(device.page);
      await goOffline(device.page);
      // Its clock goes wrong by a week, too.
      await device.page.clock.setSystemTime(Date.now() + device.days * 24 * 60 * 60_000);
      await device.page.evaluate(async () => {
        const button = document.querySelector<HTMLButtonElement>('form[action="?/mark"] button')!;
        for (let click = 0; click < 500; click++) {
          button.click();
          await new Promise((resolve) => setTimeout(resolve));
        }
      });
      await waiting(device.page, 1);
    }
    for (const device of devices) {
      await device.context.setOffline(false);
      await saved(device.page);
    }
    const logged = log(site).slice(before);
    const names = new Set(logged.map(({ device, seq }) => `${device} ${seq}`));
    expect([logged.length, names.size]).toEqual([1000, 1000]);
    for (const { page: shown } of devices) {
      for (const path of [FIRST, SECOND]) {
        await shown.goto(path);
        await expectMarked(shown, false);
      }
    }
    await other.context.close();
  }));

test('a new version of the courses in the middle of the queue: marks arrive, moved lessons keep theirs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
  const data = join(folder, 'data');
  const content = join(folder, 'content');
  cpSync('content', content, { recursive: true });
  // The next version is at the same address: nobody else may be given its port in between.
  const settings = { PORT: String(await freePort()) };
  const first = await startSite({ content, data, settings });
  await story(
    async (page, context) => {
      await enrol(page);
      await page.goto(FIRST);
      await saved(page);
      await goOffline(page);
      await markButton(page).click();
      await waiting(page, 1);
      await first.stop();
      writeFileSync(
        join(content, '01-web', '99-brand-new.md'),
        '# Brand new\n\nA lesson that came overnight.\n',
      );
      const second = await startSite({ content, data, settings });
      try {
        await context.setOffline(false);
        await saved(page);
        expect(log(second)).toHaveLength(1);
        await page.goto('/web/brand-new');
        await page.getByRole('heading', { name: 'Brand new' }).waitFor();
        await page.goto(FIRST);
        await expectMarked(page, true);
      } finally {
        await second.stop();
      }
    },
    { baseURL: first.address },
  );
  rmSync(folder, { recursive: true });
});
