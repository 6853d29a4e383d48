import { describe, expect, it } from 'vitest';
import { addressKey, createCount } from './limits.ts';

describe('a count', () => {
  it('lets a key through so many times in its window, then names the seconds to wait', () => {
    let time = 0;
    const count = createCount({ limit: 2, window: 60_000 }, () => time);
    expect([count('a'), count('a')]).toEqual([0, 0]);
    time = 20_000;
    expect(count('a')).toBe(40);
    expect(count('b')).toBe(0);
    time = 60_000;
    expect([count('a'), count('a'), count('a')]).toEqual([0, 0, 60]);
  });
});

describe('the key of a client address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['not an address', 'not an address'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
