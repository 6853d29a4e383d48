import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, canonicalText, isSame } from './json.ts';
import { joinKeyed, keyed, valueAt } from './keyed.ts';
import { hashText } from './hash.ts';
import { law } from './laws.testing.ts';

/** Keys that objects treat in their own way: inherited, special, and like an index. */
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '12345678', '2', '10', ''),
  fc.string(),
);

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 5 }),
  ),
}));

/** As it comes out of a request: no NaN, no minus zero, no prototype of its own. */
const parsed = json.map((value): unknown => JSON.parse(JSON.stringify(value)));

describe('canonical JSON', () => {
  law(
    'is one text for one value, whatever the order of its keys',
    { holds: canonicalText, fails: { 'JSON as it comes': (value) => JSON.stringify(value) } },
    (text: typeof canonicalText) =>
      fc.property(parsed, (value) => {
        expect(text(reversed(value))).toBe(text(value));
      }),
  );

  law(
    'gives back the same value',
    {
      holds: canonicalText,
      fails: {
        'keys set by assignment': (value) => JSON.stringify(assigned(value)),
        'keys as a list': (value) => JSON.stringify(value, Object.keys(Object(value) as object)),
      },
    },
    (text: typeof canonicalText) =>
      fc.property(parsed, (value) => {
        const back: unknown = JSON.parse(text(value));
        expect(entriesOf(back)).toEqual(entriesOf(value));
        expect(text(back)).toBe(text(value));
      }),
  );

  test('leaves what holds no keys as it is', () => {
    for (const value of [null, 0, 'a', true]) expect(canonical(value)).toBe(value);
    expect(canonical([3, 1, 2])).toEqual([3, 1, 2]);
  });
});

/** Values of which two are often the same, or nearly. */
const { alike } = fc.letrec<{ alike: unknown }>((tie) => ({
  alike: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(null, 0, '0', false),
    fc.array(tie('alike'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('__proto__', 'toString', '0', 'a'), tie('alike'), { maxKeys: 2 }),
  ),
}));

describe('two values of JSON', () => {
  law(
    'are the same when their texts are',
    {
      holds: isSame,
      fails: {
        'keys in one order only': (a, b) => JSON.stringify(a) === JSON.stringify(b),
        'what the first has alone': (a, b) =>
          a === b ||
          (!!a && typeof a === 'object' && !!b && typeof b === 'object'
            ? Object.entries(a).every(([key, each]) => isSame(each, Reflect.get(b, key)))
            : false),
        'lists and objects alike': (a, b) =>
          isSame(Object.entries(Object(a) as object), Object.entries(Object(b) as object)),
      },
    },
    (same: typeof isSame) =>
      fc.property(alike, alike, (a, b) => {
        expect(same(a, b)).toBe(canonicalText(a) === canonicalText(b));
        expect(same(a, reversed(a))).toBe(true);
      }),
  );
});

describe('a map by foreign keys', () => {
  test('has no value that was not put there', () => {
    for (const each of ['__proto__', 'constructor', 'toString']) {
      expect(valueAt({}, each)).toBeUndefined();
      expect(valueAt(keyed([[each, 1]]), each)).toBe(1);
    }
  });

  test('is the same JSON however its entries came', () => {
    const entries = ['b', '__proto__', 'a', '12345678'].map((each) => [each, each] as const);
    expect(JSON.stringify(keyed(entries))).toBe(JSON.stringify(keyed(entries.toReversed())));
  });

  law<typeof joinKeyed<number>>(
    'joins key by key',
    {
      holds: joinKeyed,
      fails: {
        'the second one only': (_, b) => b,
        'the second value only': (a, b) => joinKeyed(a, b, (_, value) => value),
        'keys set by assignment': (a, b, join) => {
          const joined: Record<string, number> = {};
          for (const [each, value] of [...Object.entries(a), ...Object.entries(b)]) {
            joined[each] = Object.hasOwn(joined, each) ? join(joined[each]!, value) : value;
          }
          return joined;
        },
      },
    },
    (join) =>
      fc.property(fc.dictionary(key, fc.nat()), fc.dictionary(key, fc.nat()), (a, b) => {
        const joined = join(a, b, Math.max);
        const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
        expect(new Set(Object.keys(joined))).toEqual(keys);
        for (const each of keys) {
          const values = [valueAt(a, each), valueAt(b, each)].filter(
            (value) => value !== undefined,
          );
          expect(valueAt(joined, each)).toBe(Math.max(...values));
        }
      }),
  );
});

describe('the hash of a text', () => {
  test('is 16 hexadecimal digits, the same everywhere', () => {
    expect(hashText('')).toBe('811c9dc52f6b9e31');
    expect(hashText('Cairn')).toBe('b0f524c8926f9a36');
  });

  law(
    'tells texts apart',
    { holds: hashText, fails: { 'the length': (text) => String(text.length) } },
    (hash: typeof hashText) =>
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(hash(one) === hash(other)).toBe(one === other);
      }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([each, below]) => [each, reversed(below)]),
  );
}

function assigned(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [each, below] of Object.entries(value)) copy[each] = assigned(below);
  return copy;
}

/** All that a value holds, as lists, in which no key is special. */
function entriesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(entriesOf);
  if (value === null || typeof value !== 'object') return value;
  return new Map(Object.entries(value).map(([each, below]) => [each, entriesOf(below)]));
}
