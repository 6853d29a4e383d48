import type { Json } from './json.ts';
import { valueAt } from './keyed.ts';
import type { Keyed } from './keyed.ts';

/**
 * What lies under a key of the data saved of a unit; undefined where there is no such key. Anybody may
 * have written it, so it may be of any form.
 */
export function entryIn(data: Json | undefined, key: string): Json | undefined {
  return valueAt((data ?? {}) as Keyed<Json>, key);
}

/** The heading at which a learner stopped: `heading` of the data saved of a unit. */
export function headingIn(data: Json): string | undefined {
  const heading = entryIn(data, 'heading');
  return typeof heading === 'string' ? heading : undefined;
}
