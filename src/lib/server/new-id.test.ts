import { expect, test } from 'vitest';
import { createNewId } from './new-id.ts';

test('ids are 32 hexadecimal digits, and none comes twice', () => {
  const [one, other] = [createNewId(), createNewId()];
  const ids = Array.from({ length: 2000 }, (_, n) => (n % 2 ? one() : other()));
  expect(new Set(ids).size).toBe(2000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  // Every digit takes every value: no part of an id stands still.
  for (let place = 0; place < 32; place++) {
    expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  }
});
