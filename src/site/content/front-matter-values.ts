import * as v from 'valibot';

/** Text of at least one visible character, without line breaks and spaces around it. */
export const text = v.pipe(
  v.string('must be text (put it in quotes)'),
  v.transform((value) => value.replace(/\s+/g, ' ').trim()),
  v.nonEmpty('must not be empty'),
  v.check(isPrintable, 'must not hold control characters or halves of characters'),
);

export const wholeNumber = v.pipe(
  v.number('must be a whole number'),
  v.safeInteger('must be a whole number'),
);

export const truth = v.boolean('must be true or false');

/** A list, written as `[a, b]` or with a dash before each entry. */
export function list<Entry extends v.GenericSchema>(entry: Entry) {
  return v.array(entry, 'must be a list');
}

function isPrintable(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}
