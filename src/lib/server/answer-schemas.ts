import * as v from 'valibot';
import { COMPLETED_BY, CONTENT_TYPES, STATUSES } from '../core/index.ts';

/*
 * What the API answers, as schemas: the OpenAPI document is written from them, and the tests hold
 * real answers against them. The server itself does not parse what it has just made.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const percentage = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100));
const milliseconds = v.pipe(v.number(), v.integer());
const time = v.pipe(v.string(), v.isoTimestamp());
const status = v.picklist(STATUSES);

/** A progress record. */
export const recordSchema = v.strictObject({
  id: v.nullable(v.string()),
  userId: v.string(),
  contentId: v.string(),
  contentType: v.picklist(CONTENT_TYPES),
  status,
  completedAt: v.nullable(time),
  completedBy: v.nullable(v.picklist(COMPLETED_BY)),
  lastAccessedAt: v.nullable(time),
  progressPercentage: percentage,
  score: v.nullable(percentage),
  data: v.unknown(),
  startedAt: v.nullable(time),
  timeSpentMs: count,
  revision: count,
  completed: v.optional(count),
  total: v.optional(count),
  newSinceCompletion: v.optional(count),
});

/** Answer of `POST /api/progress/update`. */
export const updateAnswerSchema = v.strictObject({
  progress: recordSchema,
  rollUp: v.array(recordSchema),
  revision: count,
  /** Exercises that only the server's grading completes, left open by completing a container. */
  open: v.optional(v.array(v.string())),
});

/** Answer of `GET /api/progress`. */
export const listAnswerSchema = v.strictObject({
  userId: v.string(),
  progress: v.array(recordSchema),
  revision: count,
  next: v.optional(v.string()),
});

const target = { contentId: v.string(), title: v.string() };

const unit = v.strictObject({
  ...target,
  contentType: v.picklist(['lesson', 'exercise']),
  status,
  optional: v.boolean(),
});

/** Answer of `GET /api/progress/course_summary`. */
export const summaryAnswerSchema = v.strictObject({
  courseId: v.string(),
  title: v.string(),
  status,
  progressPercentage: percentage,
  completed: count,
  total: count,
  newSinceCompletion: count,
  score: v.nullable(percentage),
  completedAt: v.nullable(time),
  lastAccessedAt: v.nullable(time),
  timeSpentMs: count,
  next: v.nullable(v.strictObject(target)),
  modules: v.array(
    v.strictObject({
      ...target,
      status,
      progressPercentage: percentage,
      completed: count,
      total: count,
      units: v.array(unit),
    }),
  ),
  units: v.array(unit),
});

const perDevice = <T extends v.GenericSchema>(value: T) => v.record(v.string(), value);

/** Said before the server knew the item: it passes no exercise that the server grades. */
const claimed = v.optional(v.literal(true));

const stateSchema = v.strictObject({
  epoch: count,
  done: perDevice(
    v.array(
      v.strictObject({
        seq: count,
        time: milliseconds,
        by: v.picklist(COMPLETED_BY),
        version: count,
        claimed,
      }),
    ),
  ),
  undone: perDevice(count),
  started: v.nullable(milliseconds),
  percentage,
  attempts: perDevice(
    v.strictObject({
      score: percentage,
      time: milliseconds,
      passed: v.boolean(),
      version: count,
      claimed,
    }),
  ),
  saved: v.nullable(
    v.strictObject({ data: v.unknown(), time: milliseconds, device: v.string(), seq: count }),
  ),
  lastAccessed: v.nullable(milliseconds),
  spent: perDevice(count),
});

const rollUpSchema = v.strictObject({
  completed: count,
  begun: count,
  scoreSum: count,
  scoreCount: count,
  spent: count,
  started: v.nullable(milliseconds),
  lastAccessed: v.nullable(milliseconds),
  countedAs: v.string(),
  mark: v.nullable(
    v.strictObject({
      at: milliseconds,
      reopened: v.array(v.string()),
      certificate: v.optional(v.string()),
    }),
  ),
});

/** Answer of `POST /api/progress/sync`. */
export const syncAnswerSchema = v.strictObject({
  v: v.literal(1),
  user: v.string(),
  now: milliseconds,
  lastSeq: count,
  results: v.array(
    v.strictObject({
      seq: count,
      status: v.picklist(['applied', 'duplicate', 'deferred', 'rejected']),
      code: v.optional(v.string()),
    }),
  ),
  changes: v.array(
    v.strictObject({
      record: recordSchema,
      state: v.optional(stateSchema),
      rollUp: v.optional(rollUpSchema),
    }),
  ),
  reset: v.optional(v.literal(true)),
  cursor: v.string(),
  more: v.boolean(),
  catalogue: v.string(),
  retryAfterMs: v.optional(count),
});

/** Body of every refusal. */
export const problemSchema = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: count,
  detail: v.string(),
  code: v.string(),
  errors: v.optional(v.array(v.strictObject({ path: v.string(), message: v.string() }))),
  traceId: v.string(),
});
