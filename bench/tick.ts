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
  await page.evaluate(startTiming);
  // Where it is, not what it is: to find the button and see that nothing lies over it takes the
  // slowed page longer than the tick.
  const { x, y, width, height } = (await page.locator('button[aria-pressed]').boundingBox())!;
  for (let click = 0; click < CLICKS; click++) {
    await page.mouse.click(x + width / 2, y + height / 2);
    await page.waitForTimeout(600);
  }
  const times = await page.evaluate(() => timings);
  if (times.length !== CLICKS) throw new Error(`${times.length} of ${CLICKS} clicks were timed.`);
  await close();
  await browser.close();
  await site.stop();
  times.sort((a, b) => a - b);
  const [median, worst] = [times[CLICKS / 2]!, times.at(-1)!];
  console.log(
    `click to painted tick, ${UNITS} units, CPU ${SLOWER} × slower: median ${median.toFixed(0)} ms, worst of ${CLICKS} ${worst.toFixed(0)} ms`,
  );
}

declare let timings: number[];

/**
 * In the page: collects for each click the milliseconds until the next frame was presented, by the
 * Event Timing API (what Interaction to Next Paint is made of; whole multiples of 8). Throws where the
 * tick is not in that frame.
 */
function startTiming(): void {
  Object.assign(window, { timings: [] });
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries())
      if (name === 'click') timings.push(duration);
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  // Found once: searching a long page for it would take longer than the tick.
  const button = document.querySelector('[aria-pressed]')!;
  const onClick = () => {
    const before = button.getAttribute('aria-pressed');
    requestAnimationFrame(() => {
      if (before === button.getAttribute('aria-pressed'))
        throw new Error('The frame after the click shows no change.');
    });
  };
  document.addEventListener('click', onClick, { capture: true });
}
