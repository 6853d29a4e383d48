import type { Json } from '../core/index.ts';

/** A percentage as it will be sent; throws where the number is none. */
export function wholePercentage(value: number): number {
  if (value >= 0 && value <= 100) return Math.floor(value);
  throw new RangeError(`${value} is no percentage: give a number from 0 to 100.`);
}

/** The value as it will be sent, safe from later changes; a rune's proxy becomes plain data. */
export function copy(data: Json): Json {
  return JSON.parse(JSON.stringify(data)) as Json;
}
