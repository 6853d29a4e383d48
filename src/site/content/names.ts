/** The name of a file (without `.md`) or folder, taken apart. */
export interface Name {
  whole: string;
  /** The numbers before the name, `[2, 1]` for `2.1-loops`; none without a number prefix. */
  numbers: readonly number[];
  /** The name without its number prefix. */
  rest: string;
}

/** One number or several with dots between, then a separator, then something that is no number. */
const NUMBER_PREFIX = /^(\d+(?:\.\d+)*)[\s._)-]+(?=.*[^\d\s._)-])/u;

/** A date at the start of a name is part of the name. */
const DATE = /^\d{4}-\d{2}-\d{2}(?!\d)/;

const natural = new Intl.Collator('en', { numeric: true });

/** Takes a name apart; `01-intro`, `1. intro` and `01_intro` have number prefixes, `3d-models` has none. */
export function readName(whole: string): Name {
  const match = DATE.test(whole) ? null : NUMBER_PREFIX.exec(whole);
  if (!match) return { whole, numbers: [], rest: whole };
  const numbers = match[1]!.split('.').map(Number);
  return { whole, numbers, rest: whole.slice(match[0].length) };
}

/** A name as a part of a URL path: spaces and what has a meaning in URLs become `-`, case stays. */
export function segmentOf(name: string): string {
  const segment = name
    .normalize('NFC')
    .replace(
      /[\s\p{Cc}"#%/:?\\<>|^{}[\]`-]*[\s\p{Cc}"#%/:?\\<>|^{}[\]`][\s\p{Cc}"#%/:?\\<>|^{}[\]`-]*/gu,
      '-',
    )
    .replace(/^[-.]+|-+$/g, '');
  return segment || 'page';
}

/** A title made of a name: `01-first-steps` gives `First steps`. */
export function titleOf(name: Name): string {
  const words = name.rest.replace(/[-_\s\p{Cc}]+/gu, ' ').trim() || name.whole;
  const [first = '', ...others] = words;
  return first.toLocaleUpperCase('en') + others.join('');
}

/** Where an item stands among its siblings. */
export interface Place {
  name: Name;
  /** The author's `order`, which counts when the name has no number prefix. */
  order?: number | undefined;
}

/** Sorts by number prefix, else `order`; those without either come last, in natural order. */
export function comparePlaces(a: Place, b: Place): number {
  return compareNumbers(numbersOf(a), numbersOf(b)) || compareNames(a.name.whole, b.name.whole);
}

function numbersOf({ name, order }: Place): readonly number[] {
  if (name.numbers.length > 0) return name.numbers;
  return [order ?? Infinity];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (number !== other) return number < other ? -1 : 1;
  }
  return a.length - b.length;
}

/** The second comparison tells apart what the first calls equal, so that every machine agrees. */
function compareNames(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : 1);
}
