import { isIP } from 'node:net';

/** Counts one more of something for a key. Answers the seconds to wait; 0 when it may go on. */
export type Count = (key: string) => number;

/**
 * Lets a key through so many times in so many milliseconds, counted from its first. Kept in
 * memory: each process of a site counts for itself, and a restart begins anew.
 */
export function createCount(
  { limit, window }: { limit: number; window: number },
  now: () => number,
): Count {
  const counts = new Map<string, { count: number; until: number }>();
  let sweepAt = 0;

  return (key) => {
    const time = now();
    if (time >= sweepAt) {
      for (const [each, { until }] of counts) if (until <= time) counts.delete(each);
      sweepAt = time + window;
    }
    const current = counts.get(key);
    if (!current || current.until <= time) {
      counts.set(key, { count: 1, until: time + window });
      return 0;
    }
    if (current.count >= limit) return (current.until - time) / 1000;
    current.count += 1;
    return 0;
  };
}

/**
 * What limits know a client's address by: an IPv4 address itself, of an IPv6 address its network
 * (/64), as whoever has one of its addresses has them all.
 */
export function addressKey(address: string): string {
  const plain = address.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped) return mapped;
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
