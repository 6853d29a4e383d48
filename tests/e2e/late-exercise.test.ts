import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { newFolder } from '../../src/site/content/folder.testing.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { QUIZ, QUIZ_SCHOOL, RIGHT } from '../support/quiz.ts';
import { startSite } from '../support/site.ts';
import { enrol, inSidebar, syncFrom } from './learner.ts';

const browser = await launchChromium();
const data = newFolder({});
afterAll(async () => {
  await browser.close();
  rmSync(data, { recursive: true });
});

test('answers that came in before the exercise was published are graded where it is', async () => {
  const published = Object.entries(QUIZ_SCHOOL);
  const files = Object.fromEntries(published.filter(([path]) => !path.includes('quiz')));
  const first = await startSite({ files, data });
  await visit(browser, { baseURL: first.origin }, async (page) => {
    await enrol(page);
    const handedIn = { contentId: 'quiz', kind: 'attempted', attempt: 'one', answers: RIGHT };
    const operations = [{ seq: 1, at: Date.now(), ...handedIn }];
    const answer = await syncFrom(page, {
      origin: first.origin,
      device: 'a-device-ahead',
      operations,
    });
    expect(answer).toMatchObject({ results: [{ seq: 1, status: 'deferred' }] });

    await first.stop();
    const second = await startSite({ files: QUIZ_SCHOOL, data });
    await page.goto(second.origin + QUIZ);
    await page.getByRole('heading', { name: 'Passed: 100 of 100' }).waitFor();
    for (const title of ['What holds', 'Read about loops']) {
      await inSidebar(page, title).getByText('Completed').waitFor();
    }
    await second.stop();
  });
});
