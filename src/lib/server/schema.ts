import type { ContentType, Json } from '../core/index.ts';

/** The adopter's users table, to which every row of progress refers. */
export interface UsersTable {
  /** Its name, in PostgreSQL with its schema where that is not on the search path. */
  table: string;
  /** Its primary key, or another unique column. */
  key: string;
  /** What the key is stored as. Outside SQL a user id is always a string. */
  type: 'text' | 'uuid' | 'integer';
  /** The column with the name that certificates bear; without it none are issued. */
  name?: string;
}

/** A row of `user_progress`. Times are ISO 8601 in UTC with milliseconds. */
export interface ProgressRow {
  id: string;
  userId: string;
  contentId: string;
  /** Null while the catalogue does not hold the content id. */
  contentType: ContentType | null;
  status: 'not-started' | 'in-progress' | 'completed';
  completedAt: string | null;
  startedAt: string | null;
  lastAccessedAt: string | null;
  completedBy: string | null;
  progressPercentage: number;
  score: number | null;
  data: Json;
  timeSpentMs: number;
  /** The learner's revision when the row last changed. */
  revision: number;
  /** The item state, for joining; null for a container that never was a unit. */
  state: unknown;
  /** A container's sums and mark; null for a unit. */
  rollUp: unknown;
  updatedAt: string;
}

/** A row of `progress_operations`, the log: written once, never changed. */
export interface OperationRow {
  userId: string;
  deviceId: string;
  seq: number;
  contentId: string;
  kind: string;
  /** The operation as it was stamped. */
  payload: unknown;
  /** The device's own clock, untouched: milliseconds since 1970, maybe beyond any calendar. */
  at: number;
  effectiveAt: string;
  receivedAt: string;
}

/** A row of `progress_devices`. */
export interface DeviceRow {
  userId: string;
  deviceId: string;
  lastSeq: number;
  lastEffectiveAt: string;
}

/** A row of `progress_learners`. */
export interface LearnerRow {
  userId: string;
  /** Rises with every change to any of the learner's records; 0 before the first. */
  revision: number;
  /** IANA name. */
  timeZone: string | null;
  /** `Catalogue.countedAs` when the learner's sums were last brought up to date. */
  countedAs: string | null;
}

/** A row of `certificates`: what it says is kept as it was on the day. */
export interface CertificateRow {
  id: string;
  userId: string;
  courseId: string;
  issuedAt: string;
  learnerName: string;
  courseTitle: string;
  courseVersion: number;
}

/** How a column is stored, which decides how it is written, read and compared. */
export type ColumnKind = 'user' | 'text' | 'integer' | 'time' | 'json';

/** Columns by their names outside SQL; inside they are the same in snake_case. */
export type Columns<R> = { readonly [K in keyof R & string]: ColumnKind };

/** A table as the queries see it. */
export interface Table<R> {
  readonly name: string;
  readonly columns: Columns<R>;
  /** The columns by which its rows are found: the user first, and unique together. */
  readonly key: readonly (keyof R & string)[];
}

/** One row per learner and content id. */
export const USER_PROGRESS: Table<ProgressRow> = {
  name: 'user_progress',
  key: ['userId', 'contentId'],
  columns: {
    id: 'text',
    userId: 'user',
    contentId: 'text',
    contentType: 'text',
    status: 'text',
    completedAt: 'time',
    startedAt: 'time',
    lastAccessedAt: 'time',
    completedBy: 'text',
    progressPercentage: 'integer',
    score: 'integer',
    data: 'json',
    timeSpentMs: 'integer',
    revision: 'integer',
    state: 'json',
    rollUp: 'json',
    updatedAt: 'time',
  },
};

/** The log. */
export const OPERATIONS: Table<OperationRow> = {
  name: 'progress_operations',
  key: ['userId', 'deviceId', 'seq'],
  columns: {
    userId: 'user',
    deviceId: 'text',
    seq: 'integer',
    contentId: 'text',
    kind: 'text',
    payload: 'json',
    at: 'integer',
    effectiveAt: 'time',
    receivedAt: 'time',
  },
};

/** How far each device has come. */
export const DEVICES: Table<DeviceRow> = {
  name: 'progress_devices',
  key: ['userId', 'deviceId'],
  columns: { userId: 'user', deviceId: 'text', lastSeq: 'integer', lastEffectiveAt: 'time' },
};

/** One row per learner: what a transaction locks. */
export const LEARNERS: Table<LearnerRow> = {
  name: 'progress_learners',
  key: ['userId'],
  columns: { userId: 'user', revision: 'integer', timeZone: 'text', countedAs: 'text' },
};

/** At most one per learner and course. */
export const CERTIFICATES: Table<CertificateRow> = {
  name: 'certificates',
  key: ['userId', 'courseId'],
  columns: {
    id: 'text',
    userId: 'user',
    courseId: 'text',
    issuedAt: 'time',
    learnerName: 'text',
    courseTitle: 'text',
    courseVersion: 'integer',
  },
};
