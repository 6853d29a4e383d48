import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { launchChromium, visit } from '../support/chromium.ts';
import { QUIZ, QUIZ_SCHOOL, RIGHT } from '../support/quiz.ts';
import { startSite } from '../support/site.ts';
import { enrol, inSidebar } from './learner.ts';

const browser = await launchChromium();
const data = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
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
    const { user } = (await (await page.request.get('/api/auth/get-session')).json()) as {
      user: { id: string };
    };
    const answer = await page.request.post('/api/progress/sync', {
      headers: { origin: first.origin },
      data: {
        v: 1,
        device: 'a-device-ahead',
        asUser: user.id,
        now: Date.now(),
        cursor: null,
        catalogue: null,
        operations: [
          {
            seq: 1,
            at: Date.now(),
            contentId: 'quiz',
            kind: 'attempted',
            attempt: 'one',
            answers: RIGHT,
          },
        ],
      },
    });
    expect(await answer.json()).toMatchObject({ results: [{ seq: 1, status: 'deferred' }] });

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
