import fc from 'fast-check';
import { expect } from 'vitest';
import { law } from '../../core/laws.testing.ts';
import type { Range } from './ranges.ts';
import { mergeRanges, secondsIn } from './ranges.ts';

const second = fc.integer({ min: 0, max: 30 });
const ranges = fc.array(
  fc.tuple(second, second).map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)]),
);

/** The distinct seconds, one by one. */
function distinct(ranges: readonly Range[]): number[] {
  const seconds = Array.from({ length: 30 }, (_, second) => second);
  return seconds.filter((second) => ranges.some(([from, to]) => from <= second && second < to));
}

law(
  'merged ranges hold the same seconds, once',
  {
    holds: mergeRanges,
    fails: {
      'ranges that only are put in order': (ranges: readonly Range[]) =>
        ranges.filter(([from, to]) => from < to).toSorted((a, b) => a[0] - b[0]),
      'an end that goes back': (ranges: readonly Range[]) =>
        ranges
          .toSorted((a, b) => a[0] - b[0])
          .reduce<Range[]>((merged, [from, to]) => {
            const last = merged.at(-1);
            if (last && from <= last[1]) return [...merged.slice(0, -1), [last[0], to]];
            return from < to ? [...merged, [from, to]] : merged;
          }, []),
      'what was skipped between two': (ranges: readonly Range[]) =>
        secondsIn(ranges) === 0
          ? []
          : [[Math.min(...distinct(ranges)), Math.max(...distinct(ranges)) + 1] as const],
    },
  },
  (merge) =>
    fc.property(ranges, (ranges) => {
      const merged = merge(ranges);
      expect(distinct(merged)).toEqual(distinct(ranges));
      // In order and apart: so nothing is held twice.
      const ends = merged.flat();
      expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
    }),
);

law(
  'a second that was played twice is one second',
  {
    holds: secondsIn,
    fails: {
      'a sum of all that was played': (ranges: readonly Range[]) =>
        ranges.reduce((sum, [from, to]) => sum + to - from, 0),
    },
  },
  (secondsOf) =>
    fc.property(ranges, (ranges) => {
      expect(secondsOf(ranges)).toBe(distinct(ranges).length);
    }),
);
