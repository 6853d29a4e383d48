import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, launchChromium, visit } from '../support/chromium.ts';

// The other browser tests trust `visit` to notice what a learner's console would show.
const browser = await launchChromium();
const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  response.setHeader('content-security-policy', "default-src 'self'; img-src data:");
  const head = '<!doctype html><html lang="en"><title>A</title><link rel="icon" href="data:,">';
  response.end(`${head}<main><h1>A</h1>${bodies[request.url ?? ''] ?? ''}</main>`);
});
const bodies: Record<string, string> = {
  '/inline-script': '<script>document.title = 1</script>',
  '/no-alternative-text': '<img src="data:image/svg+xml,<svg/>">',
};
let baseURL: string;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser.close();
  server.close();
});

test('a story on a clean page passes', async () => {
  await visit(browser, { baseURL }, async (page) => {
    await page.goto('/');
    await expectAccessible(page);
  });
});

test('a story fails when its page violates the content security policy', async () => {
  const story = visit(browser, { baseURL }, async (page) => {
    await page.goto('/inline-script');
  });
  await expect(story).rejects.toMatchObject({
    actual: expect.stringContaining('Content Security Policy') as string,
  });
});

test('unless that was expected', async () => {
  await visit(browser, { baseURL, expectedErrors: [/Content Security Policy/] }, async (page) => {
    await page.goto('/inline-script');
  });
});

test('a page that axe has something to say about fails', async () => {
  const story = visit(browser, { baseURL }, async (page) => {
    await page.goto('/no-alternative-text');
    await expectAccessible(page);
  });
  await expect(story).rejects.toMatchObject({
    actual: expect.stringContaining('image-alt') as string,
  });
});
