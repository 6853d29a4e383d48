import { expect, test } from 'vitest';
import { partOfCopy } from './part-of-copy.ts';

const film = () =>
  new Response('0123456789', { headers: { 'content-type': 'video/mp4', 'content-length': '10' } });

test('a player that asks for a part gets that part, as from the server', async () => {
  const part = await partOfCopy(film(), 'bytes=2-4');
  expect(part.status).toBe(206);
  expect(await part.text()).toBe('234');
  expect(Object.fromEntries(part.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-range': 'bytes 2-4/10',
    'content-length': '3',
  });
});

test.each([null, 'bytes=20-30', 'bytes=0-1,4-5'])('%o gets the whole file', async (range) => {
  const whole = await partOfCopy(film(), range);
  expect(whole.status).toBe(200);
  expect(await whole.text()).toBe('0123456789');
});
