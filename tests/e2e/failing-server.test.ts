import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, keepPicture } from '../support/chromium.ts';
import { setStage } from '../support/stories.ts';
import { enrol } from './learner.ts';

const { site, story } = await setStage({}, { serviceWorker: false, width: 320 });
const failures = [/status of 500/];

/** Takes a table away under the running site; the answer puts it back. */
function withoutTable(name: string): () => void {
  const rename = (from: string, to: string) => {
    const database = new DatabaseSync(join(site.data, 'cairn.db'));
    database.exec(`alter table ${from} rename to ${to}`);
    database.close();
  };
  rename(name, 'taken_away');
  return () => rename('taken_away', name);
}

test('a page that fails gives a number to report, and is there when it is asked for again', () =>
  story(
    async (page) => {
      await enrol(page);
      const putBack = withoutTable('certificates');
      const answer = await page.goto('/dashboard?from=here');
      expect(answer?.status()).toBe(500);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
      await keepPicture(page, 'failed');
      const number = await page.getByText(/^[0-9a-f]{32}$/).textContent();
      expect(site.output()).toContain(number);

      putBack();
      await page.getByRole('link', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Your progress' }).waitFor();
      expect(page.url()).toContain('?from=here');
    },
    { expectedErrors: failures },
  ));

// The one is missed before there is a page, the other by what is around all of them.
test.each([
  ['sessions', 'light'],
  ['progress_learners', 'dark'],
])('a failure for want of %s says so without any of the site’s own parts, %s', (table, theme) =>
  story(
    async (page) => {
      await enrol(page);
      await page.context().addCookies([{ name: 'theme', value: theme, url: site.origin }]);
      await page.emulateMedia({ colorScheme: theme === 'dark' ? 'light' : 'dark' });
      const putBack = withoutTable(table);
      const answer = await page.goto('/dashboard', { waitUntil: 'commit' });
      expect(answer?.status()).toBe(500);
      await page.getByRole('heading', { name: 'Something went wrong' }).waitFor();
      const number = /[0-9a-f]{32}/.exec((await page.getByRole('main').textContent())!)![0];
      expect(site.output()).toContain(number);
      const scheme = () => getComputedStyle(document.documentElement).colorScheme;
      expect(await page.evaluate(scheme)).toBe(theme);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
      await keepPicture(page, `failed-altogether-${theme}`);

      putBack();
      await page.getByRole('link', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Your progress' }).waitFor();
    },
    { expectedErrors: failures },
  ),
);
