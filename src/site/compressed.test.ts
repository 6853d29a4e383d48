import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compressed } from './compressed.ts';

const asks = (encoding: string) =>
  new Request('http://site/', { headers: { 'accept-encoding': encoding } });
const page = () =>
  new Response('<p>Words, words, words.</p>', {
    status: 404,
    headers: { 'content-type': 'text/html', 'content-length': '27', etag: '"a"', vary: 'cookie' },
  });

describe('a page', () => {
  test('is compressed for a browser that takes gzip', async () => {
    const response = compressed(asks('br, gzip'), page());
    expect(response.status).toBe(404);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/html',
      'content-encoding': 'gzip',
      etag: 'W/"a"',
      vary: 'cookie, accept-encoding',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(gunzipSync(bytes).toString()).toBe('<p>Words, words, words.</p>');
  });

  test('is sent as it is to one that does not, and caches tell the two apart', async () => {
    const response = compressed(asks('br'), page());
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('vary')).toBe('cookie, accept-encoding');
    expect(await response.text()).toContain('Words');
  });
});

test.each(['image/png', 'video/mp4'])('%s is sent as it is', (type) => {
  const response = new Response('bytes', { headers: { 'content-type': type } });
  expect(compressed(asks('gzip'), response)).toBe(response);
});

test('an answer without a body stays without one', () => {
  const response = new Response(null, { status: 304, headers: { 'content-type': 'text/html' } });
  expect(compressed(asks('gzip'), response)).toBe(response);
});
