import * as v from 'valibot';
import { CONTENT_TYPES, isContentId } from './content.ts';
import { COMPLETED_BY } from './operation.ts';
import type { Seen } from './operation.ts';
import { STATUSES } from './unit-progress.ts';

/** Largest body of a request, in bytes. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Most operations in one sync. */
export const MAX_OPERATIONS = 200;
/** Largest `data` or `answers`, in bytes of its JSON text. */
export const MAX_DATA_BYTES = 16 * 1024;
/** Deepest nesting of `data` or `answers`. */
export const MAX_DATA_DEPTH = 20;

/** How attempts may be named by whoever makes them. */
export const ATTEMPT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The last millisecond of the year 9999: later ones have no four-digit year. */
const MAX_TIME = 253_402_300_799_999;
const MAX_SPENT = 1e11;
const MAX_EPOCH = 1e9;

const whole = (low: number, high: number) =>
  v.pipe(
    v.number('must be a whole number'),
    v.safeInteger('must be a whole number'),
    v.minValue(low, `must be at least ${low}`),
    v.maxValue(high, `must be at most ${high}`),
  );

const percentage = whole(0, 100);
const time = whole(0, MAX_TIME);
const seq = whole(1, Number.MAX_SAFE_INTEGER);

const contentId = v.pipe(
  v.string('must be a content id'),
  v.check(isContentId, 'must be 1 to 256 characters, none of them a control character'),
);

/** `server`, the server's own, is too short for anybody else to take it. */
const device = v.pipe(
  v.string('must be a device id'),
  v.regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8 to 64 letters, digits, "_" or "-"'),
);

const attempt = v.pipe(
  v.string('must be an attempt id'),
  v.regex(ATTEMPT_ID, 'must be 1 to 64 letters, digits, "_" or "-"'),
);

/** Any JSON that can be stored and comes back the same. */
const data = v.custom<unknown>(
  (input) => input !== undefined && isStorable(input, MAX_DATA_DEPTH) && fits(input),
  `must be JSON of at most ${MAX_DATA_BYTES} bytes and ${MAX_DATA_DEPTH} levels, without NUL, lone surrogates or numbers that a double cannot hold`,
);

/** Completions by device, the server's too. Valibot's record would drop one called `constructor`. */
const seen = v.custom<Seen>(
  isSeen,
  `must name completions as { device: seq }, of at most ${MAX_OPERATIONS} devices`,
);

const origin = { seq, at: time, epoch: v.optional(whole(0, MAX_EPOCH)), contentId };

/** One operation as a device sends it; the device is named once for all of them. */
export const operationSchema = v.variant(
  'kind',
  [
    v.strictObject({ ...origin, kind: v.literal('opened') }),
    v.strictObject({ ...origin, kind: v.literal('advanced'), percentage }),
    v.strictObject({
      ...origin,
      kind: v.literal('completed'),
      by: v.picklist(COMPLETED_BY, `must be one of ${COMPLETED_BY.join(', ')}`),
      version: v.optional(whole(1, 2 ** 31 - 1)),
    }),
    v.strictObject({ ...origin, kind: v.literal('reopened'), seen: v.optional(seen) }),
    v.strictObject({
      ...origin,
      kind: v.literal('attempted'),
      attempt,
      answers: v.optional(data),
      score: v.optional(percentage),
    }),
    v.strictObject({ ...origin, kind: v.literal('spent'), ms: whole(0, MAX_SPENT) }),
    v.strictObject({ ...origin, kind: v.literal('saved'), data }),
    v.strictObject({ ...origin, kind: v.literal('restarted') }),
  ],
  'must be an operation of a known kind',
);

/** What can be answered by its seq, whatever else is wrong with it. Keeps the object as it is. */
const numbered = v.pipe(
  v.custom<{ seq: number }>(
    (input) => input !== null && typeof input === 'object',
    'must be an operation',
  ),
  v.forward(
    v.check((operation) => v.is(seq, operation.seq), 'must be a whole number from 1'),
    ['seq'],
  ),
);

/** Body of `POST /api/progress/sync`; its operations are parsed one by one. */
export const syncRequestSchema = v.strictObject({
  v: v.literal(1, 'must be 1'),
  device,
  asUser: v.pipe(v.string('must be a user id'), v.minLength(1), v.maxLength(256)),
  now: time,
  cursor: v.nullable(v.pipe(v.string('must be a cursor or null'), v.maxLength(1024))),
  catalogue: v.nullable(v.pipe(v.string('must be a version or null'), v.maxLength(64))),
  operations: v.pipe(
    v.array(numbered, 'must be a list of operations'),
    v.maxLength(MAX_OPERATIONS, `must hold at most ${MAX_OPERATIONS}`),
  ),
});

/** Body of `POST /api/progress/update`. */
export const updateRequestSchema = v.strictObject({
  contentId,
  contentType: v.picklist(CONTENT_TYPES, `must be one of ${CONTENT_TYPES.join(', ')}`),
  status: v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}`),
  progressPercentage: v.optional(percentage),
  score: v.optional(percentage),
  data: v.optional(data),
});

const userId = v.optional(
  v.pipe(v.string(), v.minLength(1), v.maxLength(256), v.check(isText, 'must be a user id')),
);

/** Query of `GET /api/progress`. */
export const listQuerySchema = v.strictObject({
  userId,
  contentType: v.optional(updateRequestSchema.entries.contentType),
  status: v.optional(updateRequestSchema.entries.status),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9][0-9]{0,3}$/, 'must be a whole number from 1 to 1000'),
      v.transform(Number),
      v.maxValue(1000, 'must be at most 1000'),
    ),
  ),
  after: v.optional(contentId),
});

/** Query of `GET /api/progress/content`. */
export const contentQuerySchema = v.strictObject({ userId, contentId });

/** Query of `GET /api/progress/course_summary`. */
export const summaryQuerySchema = v.strictObject({ userId, courseId: contentId });

/** A sync as it was parsed; its operations are parsed one by one. */
export type SyncRequest = v.InferOutput<typeof syncRequestSchema>;
/** An update as it was parsed. */
export type UpdateRequest = v.InferOutput<typeof updateRequestSchema>;
/** The query of a list as it was parsed. */
export type ListQuery = v.InferOutput<typeof listQuerySchema>;

function isSeen(input: unknown): boolean {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return false;
  const entries = Object.entries(input);
  return (
    entries.length <= MAX_OPERATIONS &&
    entries.every(([key, value]) => (key === 'server' || v.is(device, key)) && v.is(seq, value))
  );
}

/**
 * Says whether a parsed JSON value can be stored on every database and read back the same: no NUL, no
 * lone surrogate, no integer beyond what a double holds exactly, at most `depth` levels.
 */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isText(value);
  if (typeof value === 'number') return Number.isFinite(value) && !isInexact(value);
  if (value === null || typeof value !== 'object') return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((each) => isStorable(each, depth - 1));
  return Object.entries(value).every(([key, each]) => isText(key) && isStorable(each, depth - 1));
}

function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

function isInexact(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

function fits(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.length <= MAX_DATA_BYTES && bytesOf(text) <= MAX_DATA_BYTES;
}

/** How many bytes a text has in UTF-8: a code point has one to four. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += 1 + Number(code > 0x7f) + Number(code > 0x7ff) + Number(code > 0xffff);
  }
  return bytes;
}
