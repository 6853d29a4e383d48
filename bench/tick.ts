import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium, openProfile } from '../tests/support/chromium.ts';
import { courseOf, writeContent } from './course.ts';
import { startPeer } from './process.ts';

const UNITS = 1000;
const CLICKS = 30;
/** How many times slower than this machine. */
const SLOWER = 6;

/** From the click on "Mark as complete" to the painted tick, on a slow phone, beside one frame. */
export async function tick(dir: string): Promise<void> {
  const content = join(dir, 'content');
  mkdirSync(content, { recursive: true });
  writeContent(courseOf(UNITS), content);
  const site = await startPeer(['server.js'], {
    PORT: '0',
    CONTENT_DIR: content,
    DATA_DIR: join(dir, 'data'),
  });
  const browser = await launchChromium();
  const { page, context, close } = await openProfile(browser, {
    baseURL: site.origin,
    width: 1280,
  });
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill('Learner');
  await page.getByLabel('E-mail').fill('learner@example.org');
  await page.getByLabel('Password').fill('a password for measuring');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.waitForURL('**/dashboard');
  await page.goto('/theme/course/module-0/lesson-0');
  await page.getByRole('banner').getByText('Saved', { exact: true }).waitFor();
  // All of the sidebar is drawn, not only the module that is read.
  await page.evaluate(() =>
    document.querySelectorAll('details').forEach((each) => (each.open = true)),
  );

  const debug = await context.newCDPSession(page);
  await debug.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const button = page.getByRole('button', { name: 'Mark as complete' });
  const times: number[] = [];
  for (let click = 0; click < CLICKS; click++) {
    const painted = page.evaluate(paintedAfterClick);
    await button.click();
    times.push(await painted);
    await page.waitForTimeout(200);
  }
  await close();
  await browser.close();
  await site.stop();
  times.sort((a, b) => a - b);
  const [median, worst] = [times[CLICKS / 2]!, times.at(-1)!];
  console.log(
    `click to painted tick, ${UNITS} units, CPU ${SLOWER} × slower: median ${median.toFixed(0)} ms, worst of ${CLICKS} ${worst.toFixed(0)} ms`,
  );
}

/** In the page: milliseconds from the next click until the frame with its effect is painted. */
function paintedAfterClick(): Promise<number> {
  return new Promise((resolve, reject) => {
    const before = document.querySelector('button[aria-pressed]')!.getAttribute('aria-pressed');
    const onClick = ({ timeStamp }: Event) => {
      requestAnimationFrame(() => {
        const after = document.querySelector('button[aria-pressed]')!.getAttribute('aria-pressed');
        if (before === after) reject(new Error('The frame after the click shows no change.'));
        const { port1, port2 } = new MessageChannel();
        // Comes after the frame has been drawn.
        port1.onmessage = () => resolve(performance.now() - timeStamp);
        port2.postMessage(null);
      });
    };
    document.addEventListener('click', onClick, { once: true, capture: true });
  });
}
