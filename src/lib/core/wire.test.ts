import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { law } from './laws.testing.ts';
import {
  contentQuerySchema,
  listQuerySchema,
  MAX_DATA_DEPTH,
  MAX_DATA_BYTES,
  MAX_OPERATIONS,
  operationSchema,
  summaryQuerySchema,
  syncRequestSchema,
  updateRequestSchema,
} from './wire.ts';

const origin = { seq: 1, at: 1_777_680_000_000, contentId: 'knots/bowline' };
const opened = { ...origin, kind: 'opened' };

/** Whole numbers that are none, whatever the range. */
const NO_NUMBERS: unknown[] = [
  '100',
  100.5,
  NaN,
  Infinity,
  JSON.parse('1e309'),
  null,
  [5],
  true,
  {},
];
const NO_IDS = [
  '',
  ' a',
  'a ',
  'a\0b',
  'a\nb',
  'a\u007fb',
  '\ud800',
  'a\udfffb',
  'x'.repeat(257),
  7,
];

/** A key that JSON can carry and that an object literal would set differently. */
const withKey = (object: object, key: string, value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(object).replace('{', `{${JSON.stringify(key)}:${JSON.stringify(value)},`),
  );

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('an operation', () => {
  const good: Record<string, object> = {
    opened,
    'with an epoch': { ...opened, epoch: 0 },
    'of a hostile id': { ...opened, contentId: '__proto__' },
    'of an id of 256 characters': { ...opened, contentId: 'ü'.repeat(256) },
    'advanced to nothing': { ...origin, kind: 'advanced', percentage: 0 },
    'advanced to the end': { ...origin, kind: 'advanced', percentage: 100 },
    completed: { ...origin, kind: 'completed', by: 'scroll' },
    'completed in a version': { ...origin, kind: 'completed', by: 'video', version: 3 },
    reopened: { ...origin, kind: 'reopened' },
    'reopened after the server': {
      ...origin,
      kind: 'reopened',
      seen: { server: 4, '12345678': 1 },
    },
    'reopened after hostile devices': {
      ...origin,
      kind: 'reopened',
      seen: withKey({ constructor: 2, prototype: 3 }, '__proto__', 1),
    },
    'attempted, answers': { ...origin, kind: 'attempted', attempt: 'a', answers: [1, null] },
    'attempted, score': { ...origin, kind: 'attempted', attempt: '-_Z9', score: 100 },
    spent: { ...origin, kind: 'spent', ms: 0 },
    'saved, null': { ...origin, kind: 'saved', data: null },
    'saved, hostile keys': {
      ...origin,
      kind: 'saved',
      data: withKey({ constructor: { prototype: [] } }, '__proto__', { a: 1 }),
    },
    'saved, as deep as allowed': { ...origin, kind: 'saved', data: nested(MAX_DATA_DEPTH) },
    'saved, as long as allowed': {
      ...origin,
      kind: 'saved',
      data: 'x'.repeat(MAX_DATA_BYTES - 2),
    },
    restarted: { ...origin, kind: 'restarted' },
  };

  test.each(Object.entries(good))('is accepted unchanged: %s', (_, operation) => {
    const parsed = v.safeParse(operationSchema, operation);
    expect(parsed.issues).toBeUndefined();
    expect(JSON.stringify(sorted(parsed.output))).toBe(JSON.stringify(sorted(operation)));
  });

  test.each<[string, object, unknown[]]>([
    ['seq', opened, [...NO_NUMBERS, 0, -1, 2 ** 53]],
    ['at', opened, [...NO_NUMBERS, -1, 2 ** 53, 8.64e15]],
    ['epoch', opened, [...NO_NUMBERS, -1, 2 ** 53]],
    ['contentId', opened, [...NO_IDS, null, ['a']]],
    ['kind', opened, ['', 'Opened', '__proto__', 'toString', null, 1]],
    ['percentage', { ...origin, kind: 'advanced' }, [...NO_NUMBERS, -1, 101]],
    ['by', { ...origin, kind: 'completed' }, ['', 'magic', 'constructor', null, 1]],
    ['version', { ...origin, kind: 'completed', by: 'button' }, [...NO_NUMBERS, 0, 2 ** 31]],
    ['ms', { ...origin, kind: 'spent' }, [...NO_NUMBERS, -1, 2 ** 53]],
    ['score', { ...origin, kind: 'attempted', attempt: 'a' }, [...NO_NUMBERS, -1, 101]],
    ['attempt', { ...origin, kind: 'attempted' }, ['', 'a b', 'ä', 'x'.repeat(65), 1, null]],
    [
      'seen',
      { ...origin, kind: 'reopened' },
      [
        null,
        [],
        'x',
        { short: 1 },
        { 'laptop one': 1 },
        { 'laptop-one': 0 },
        { 'laptop-one': '1' },
        Object.fromEntries(
          Array.from({ length: MAX_OPERATIONS + 1 }, (_, i) => [`device-${i}`, 1]),
        ),
      ],
    ],
    [
      'data',
      { ...origin, kind: 'saved' },
      [
        'a\0b',
        { 'a\0b': 1 },
        '\ud800',
        { '\udfff': 1 },
        [2 ** 53],
        [JSON.parse('1e309')],
        nested(MAX_DATA_DEPTH + 1),
        'x'.repeat(MAX_DATA_BYTES - 1),
      ],
    ],
    ['answers', { ...origin, kind: 'attempted', attempt: 'a' }, ['a\0b', nested(21)]],
  ])('is refused at "%s" for a value that cannot be', (field, operation, values) => {
    for (const value of values) {
      expect([value, paths(operationSchema, { ...operation, [field]: value })]).toEqual([
        value,
        [field],
      ]);
    }
  });

  test.each(['seq', 'at', 'contentId', 'kind'])('is refused without "%s"', (field) => {
    const { [field]: _, ...rest } = opened as Record<string, unknown>;
    expect(paths(operationSchema, rest)).toEqual([field]);
  });

  test.each([
    ['advanced', 'percentage'],
    ['completed', 'by'],
    ['attempted', 'attempt'],
    ['spent', 'ms'],
    ['saved', 'data'],
  ])('that is %s is refused without "%s"', (kind, field) => {
    expect(paths(operationSchema, { ...origin, kind })).toEqual([field]);
  });

  test.each(['extra', 'device', 'percentage', '__proto__', 'constructor', 'toString'])(
    'is refused with the unknown key "%s"',
    (key) => {
      expect(paths(operationSchema, withKey(opened, key, {}))).toEqual([key]);
    },
  );

  test.each([[null], [[]], ['opened'], [7], [undefined]])('is no %j', (input) => {
    expect(v.is(operationSchema, input)).toBe(false);
  });

  test('nested 100,000 levels deep is refused without a stack that overflows', () => {
    const depth = 100_000;
    const data: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(paths(operationSchema, { ...origin, kind: 'saved', data })).toEqual(['data']);
  });
});

describe('data', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('\0', 'a\0', '\ud800', '\udc00', '\u{1f600}', '__proto__', '\ufffd'),
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(text, fc.double(), fc.constantFrom(null, true, 2 ** 53, -(2 ** 53), 2 ** 53 - 1)),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(text, tie('json'), { maxKeys: 3 }),
    ),
  }));
  const wrapped = fc.tuple(json, fc.oneof(fc.nat(3), fc.integer({ min: 17, max: 22 })));
  const accepts = (data: unknown) => v.is(operationSchema, { ...origin, kind: 'saved', data });

  law(
    'is accepted just when every database can store it and gives back the same',
    {
      holds: accepts,
      fails: {
        'keys not looked at': (data) => accepts(withoutKeys(data)),
        'one level more': (data) =>
          accepts(Array.isArray(data) && data.length === 1 ? partsOf(data)[0] : data),
        'what JSON itself can carry': (data) =>
          JSON.stringify(JSON.parse(JSON.stringify(data))) === JSON.stringify(data),
      },
    },
    (rule: (data: unknown) => boolean) =>
      fc.property(wrapped, ([value, levels]) => {
        let data = value;
        for (let i = 0; i < levels; i++) data = [data];
        const storable =
          depthOf(data) <= MAX_DATA_DEPTH &&
          textsIn(data).every(
            (each) => !each.includes('\0') && Buffer.from(each).toString() === each,
          ) &&
          numbersIn(data).every(
            (each) =>
              Number.isFinite(each) && (!Number.isInteger(each) || Math.abs(each) < 2 ** 53),
          ) &&
          Buffer.byteLength(JSON.stringify(data)) <= MAX_DATA_BYTES;
        expect(rule(data)).toBe(storable);
      }),
  );
});

describe('the size of data', () => {
  const inBytes = (text: string) => paths(updateRequestSchema, updating(text)).length === 0;
  const updating = (data: unknown) => ({
    contentId: 'a',
    contentType: 'lesson',
    status: 'in-progress',
    data,
  });
  // The first and last code points of one to four bytes, and what JSON escapes.
  const characters = fc.constantFrom(
    ...['a', '\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff'],
    ...['\u{10000}', '\u{10ffff}', '"', '\n', '\u0001'],
  );

  law(
    'is counted in bytes of UTF-8: exactly the limit is accepted, one more is not',
    {
      holds: inBytes,
      fails: {
        'units of UTF-16': (text) => JSON.stringify(text).length <= MAX_DATA_BYTES,
        'code points': (text) => Array.from(JSON.stringify(text)).length <= MAX_DATA_BYTES,
      },
    },
    (accepts: (text: string) => boolean) =>
      fc.property(fc.array(characters, { minLength: 1, maxLength: 50 }), (some) => {
        const text = some.join('');
        const bytes = Buffer.byteLength(JSON.stringify(text));
        const full = text + 'x'.repeat(MAX_DATA_BYTES - bytes);
        expect([accepts(full), accepts(`${full}x`)]).toEqual([true, false]);
      }),
  );
});

describe('a sync request', () => {
  const request = {
    v: 1,
    device: 'laptop-one',
    asUser: 'ada',
    now: 1,
    cursor: null,
    catalogue: null,
    operations: [opened],
  };

  test('is accepted unchanged, its operations as they are', () => {
    const poison = withKey({ seq: 2, anything: [1] }, '__proto__', { seq: 'x' });
    const odd = { ...request, operations: [opened, poison, withKey({ seq: 3 }, 'constructor', 1)] };
    const parsed = v.safeParse(syncRequestSchema, odd);
    expect(JSON.stringify(sorted(parsed.output))).toBe(JSON.stringify(sorted(odd)));
    const full = { ...request, device: '__proto__', cursor: 'c', catalogue: 'v', operations: [] };
    expect(v.parse(syncRequestSchema, full)).toEqual(full);
  });

  test.each<[string, unknown[]]>([
    ['v', [0, 2, '1', null]],
    ['device', ['server', 'short', 'x'.repeat(65), 'laptop one', 'läptop-one', 'laptop-1\n', null]],
    ['asUser', ['', 'x'.repeat(257), 1, null]],
    ['now', [...NO_NUMBERS, -1, 2 ** 53]],
    ['cursor', [1, {}, 'x'.repeat(1025)]],
    ['catalogue', [1, {}, 'x'.repeat(65)]],
    ['operations', [null, {}, 'x', Array.from({ length: MAX_OPERATIONS + 1 }, () => opened)]],
    ['operations.0', [[null], [1], ['x']]],
    [
      'operations.1.seq',
      [
        [opened, { ...opened, seq: '1' }],
        [opened, { ...opened, seq: 2 ** 53 }],
      ],
    ],
    ['operations.0.seq', [[{}], [{ seq: 0 }], [{ seq: null }], [[]]]],
  ])('is refused at "%s" for a value that cannot be', (path, values) => {
    const [field = ''] = path.split('.');
    for (const value of values) {
      expect([value, paths(syncRequestSchema, { ...request, [field]: value })]).toEqual([
        value,
        [path],
      ]);
    }
  });

  test.each(Object.keys(request))('is refused without "%s"', (field) => {
    const { [field]: _, ...rest } = request as Record<string, unknown>;
    expect(paths(syncRequestSchema, rest)).toEqual([field]);
  });

  test.each(['userId', '__proto__', 'constructor'])(
    'is refused with the unknown key "%s"',
    (key) => {
      expect(paths(syncRequestSchema, withKey(request, key, 1))).toEqual([key]);
    },
  );

  test('holds up to 200 operations', () => {
    const operations = Array.from({ length: MAX_OPERATIONS }, () => opened);
    expect(MAX_OPERATIONS).toBe(200);
    expect(v.is(syncRequestSchema, { ...request, operations })).toBe(true);
  });
});

describe('an update request', () => {
  const request = { contentId: 'knots', contentType: 'exercise', status: 'completed' };

  test('is accepted unchanged', () => {
    const full = { ...request, progressPercentage: 100, score: 0, data: { page: 3 } };
    expect(v.parse(updateRequestSchema, request)).toEqual(request);
    expect(v.parse(updateRequestSchema, full)).toEqual(full);
  });

  test.each<[string, unknown[]]>([
    ['contentId', [...NO_IDS, null]],
    ['contentType', ['', 'Lesson', 'quiz', '__proto__', null, 1]],
    ['status', ['', 'done', 'constructor', null, 1]],
    ['progressPercentage', [...NO_NUMBERS, -1, 101, 2 ** 53]],
    ['score', [...NO_NUMBERS, -1, 101, 2 ** 53]],
    ['data', ['\0', '\ud800', nested(21), 'x'.repeat(MAX_DATA_BYTES)]],
  ])('is refused at "%s" for a value that cannot be', (field, values) => {
    for (const value of values) {
      expect([value, paths(updateRequestSchema, { ...request, [field]: value })]).toEqual([
        value,
        [field],
      ]);
    }
  });

  test('is refused at every field at once', () => {
    expect(paths(updateRequestSchema, { contentId: '', score: 101, status: 'x' })).toEqual([
      'contentId',
      'contentType',
      'status',
      'score',
    ]);
  });

  test.each(['userId', 'revision', '__proto__', 'constructor', 'hasOwnProperty'])(
    'is refused with the unknown key "%s"',
    (key) => {
      expect(paths(updateRequestSchema, withKey(request, key, 'x'))).toEqual([key]);
    },
  );

  test.each([[null], [[]], ['x'], [1]])('is no %j', (input) => {
    expect(v.is(updateRequestSchema, input)).toBe(false);
  });
});

describe('a query', () => {
  test('has a limit from 1 to 1000, read as a number', () => {
    expect(v.parse(listQuerySchema, { limit: '1000' })).toEqual({ limit: 1000 });
    for (const limit of ['0', '-1', '1001', '1e2', '1.5', ' 1', '01', '', 'NaN', '9'.repeat(400)]) {
      expect([limit, paths(listQuerySchema, { limit })]).toEqual([limit, ['limit']]);
    }
  });

  test('names a learner, a type, a status and where to go on', () => {
    const query = { userId: 'ada', contentType: 'lesson', status: 'in-progress', after: 'knots' };
    expect(v.parse(listQuerySchema, query)).toEqual(query);
    expect(
      paths(listQuerySchema, { userId: '', contentType: 'x', status: 'x', after: '\0', x: '1' }),
    ).toEqual(['userId', 'contentType', 'status', 'after', 'x']);
  });

  test('for one item or course names it', () => {
    expect(v.parse(contentQuerySchema, { contentId: 'a' })).toEqual({ contentId: 'a' });
    expect(v.parse(summaryQuerySchema, { userId: 'ada', courseId: 'a' })).toEqual({
      userId: 'ada',
      courseId: 'a',
    });
    expect(paths(contentQuerySchema, {})).toEqual(['contentId']);
    expect(paths(summaryQuerySchema, { courseId: '\0' })).toEqual(['courseId']);
  });
});

/** Where a schema finds fault with an input, each place once. */
function paths(schema: v.GenericSchema, input: unknown): (string | null)[] {
  const { issues = [] } = v.safeParse(schema, input);
  return [...new Set(issues.map((issue) => v.getDotPath(issue)))];
}

/** The entries of objects as sorted lists, which shows keys that JSON.stringify would hide. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .map(([key, each]) => [key, sorted(each)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

function partsOf(value: unknown): unknown[] {
  return value !== null && typeof value === 'object' ? Object.values(value) : [];
}

function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...partsOf(value).map(depthOf));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  return [...keys, ...partsOf(value).flatMap(textsIn)];
}

function numbersIn(value: unknown): number[] {
  return typeof value === 'number' ? [value] : partsOf(value).flatMap(numbersIn);
}

function withoutKeys(value: unknown): unknown {
  return value !== null && typeof value === 'object' ? partsOf(value).map(withoutKeys) : value;
}
