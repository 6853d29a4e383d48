/** From one second of a recording up to another, not included. */
export type Range = readonly [from: number, to: number];

/** The same seconds as ranges that neither touch nor overlap, in order; empty ones are left out. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (from < to) merged.push([from, to]);
  }
  return merged;
}

/** How many distinct seconds the ranges cover. */
export function secondsIn(ranges: readonly Range[]): number {
  return mergeRanges(ranges).reduce((sum, [from, to]) => sum + to - from, 0);
}
