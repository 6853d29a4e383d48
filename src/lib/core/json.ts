import { keyed } from './keyed.ts';

/** A value that JSON can carry. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The same value with the keys of its objects in one order. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return keyed(Object.entries(value).map(([key, each]) => [key, canonical(each)] as const));
}

/** The value as JSON text; equal values give equal text. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(canonical(value));
}
