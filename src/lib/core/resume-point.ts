import type { Json } from './json.ts';
import { valueAt } from './keyed.ts';
import type { Keyed } from './keyed.ts';

/**
 * The heading at which a learner stopped: `heading` of the data saved of a unit, which anybody may
 * have written.
 */
export function headingIn(data: Json): string | undefined {
  const heading = valueAt(Object(data) as Keyed<Json>, 'heading');
  return typeof heading === 'string' ? heading : undefined;
}
