import * as v from 'valibot';
import { isTimeZone } from 'sveltekit-cairn';
import { accountMessages } from '../messages.ts';
import { THEMES } from '../ui/with-theme.ts';
import { REFUSED } from './answer.ts';
import type { Refused } from './answer.ts';

const text = accountMessages.fields;

const preferences = v.object({
  /** Empty: none was chosen. */
  timeZone: v.optional(
    v.pipe(
      v.string(),
      v.check((zone) => zone === '' || isTimeZone(zone), text.timeZone),
    ),
  ),
  theme: v.optional(v.picklist(THEMES, text.theme)),
});

/** What a learner prefers; what is absent stays as it is. */
export type Preferences = v.InferOutput<typeof preferences>;

/** Reads preferences from a form's fields, or says why they are none. */
export function readPreferences(fields: Readonly<Record<string, string>>): Preferences | Refused {
  const parsed = v.safeParse(preferences, fields);
  if (parsed.success) return parsed.output;
  const errors = parsed.issues.map((issue) => ({
    path: v.getDotPath(issue) ?? '',
    message: issue.message,
  }));
  return REFUSED.invalid(errors);
}
