import { keyed } from './keyed.ts';

/** A value that JSON can carry. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The same value with the keys of its objects in one order. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isObject(value)) return value;
  return keyed(Object.entries(value).map(([key, each]) => [key, canonical(each)] as const));
}

/** The value as JSON text; equal values give equal text. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(canonical(value));
}

/** Says whether two values are equal as JSON, without the cost of their texts. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b || !isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
