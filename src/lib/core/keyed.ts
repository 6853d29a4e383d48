/**
 * Values by a key that somebody else chose (a device, an attempt). Keys such as `__proto__` are
 * plain data here: read through `valueAt`, build through `keyed`, never by assignment.
 */
export type Keyed<T> = { readonly [key: string]: T };

/** The value under a key, or undefined; nothing is inherited. */
export function valueAt<T>(map: Keyed<T>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Makes a map of entries, no key twice, in one order, so that equal maps are equal as JSON. */
export function keyed<T>(entries: readonly (readonly [string, T])[]): Keyed<T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Joins two maps key by key; where both have a value, `joinValues` decides. */
export function joinKeyed<T>(a: Keyed<T>, b: Keyed<T>, joinValues: (a: T, b: T) => T): Keyed<T> {
  const added = Object.entries(b);
  // Most of what is joined holds one thing: there is nothing to sort again in all else.
  if (added.length === 0) return a;
  const joined = new Map(Object.entries(a));
  for (const [key, value] of added) {
    const known = joined.get(key);
    joined.set(key, known === undefined ? value : joinValues(known, value));
  }
  return keyed([...joined]);
}
