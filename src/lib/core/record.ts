import type { Outline } from './catalogue.ts';
import type { ContentType } from './content.ts';
import type { ItemState } from './item-state.ts';
import type { Json } from './json.ts';
import type { CompletedBy } from './operation.ts';
import type { ContainerProgress, RollUp } from './roll-up.ts';
import type { Progress, Status } from './unit-progress.ts';

/** A progress record as the API shows it. Times are ISO 8601 in UTC. */
export interface ProgressRecord {
  /** Null while nothing is stored. */
  id: string | null;
  userId: string;
  contentId: string;
  contentType: ContentType;
  status: Status;
  completedAt: string | null;
  completedBy: CompletedBy | null;
  lastAccessedAt: string | null;
  progressPercentage: number;
  score: number | null;
  data: Json;
  startedAt: string | null;
  timeSpentMs: number;
  revision: number;
  /** Of a container only. */
  completed?: number;
  total?: number;
  newSinceCompletion?: number;
}

/** What names a record, besides what is derived. */
export interface RecordKey {
  id: string | null;
  userId: string;
  contentId: string;
  contentType: ContentType;
  revision: number;
}

/** One stored row as it reaches a device: what to show, and what to join or count with. */
export interface Change {
  record: ProgressRecord;
  state?: ItemState;
  rollUp?: RollUp;
}

/** What a page needs for a right first paint: the outline around an item, and what is kept of it. */
export interface Loaded {
  /** Null for a guest. */
  user: string | null;
  /**
   * True of a copy that a device keeps for when it is offline: it was made for nobody, and whoever
   * uses the device is the one who learns.
   */
  copy?: boolean;
  outline: Outline;
  changes: Change[];
  /** Where these changes stand in the learner's; null for a guest. */
  cursor: string | null;
}

/** What became of one operation of a sync. */
export interface SyncResult {
  seq: number;
  status: 'applied' | 'duplicate' | 'deferred' | 'rejected';
  code?: string;
}

/** Answer of `POST /api/progress/sync`. */
export interface SyncResponse {
  v: 1;
  user: string;
  /** The server's clock, in milliseconds since 1970. */
  now: number;
  /** The highest seq of the device that the server has accepted. */
  lastSeq: number;
  results: SyncResult[];
  changes: Change[];
  /** The server knows less than the device's cursor says: what the device holds is void. */
  reset?: boolean;
  cursor: string;
  more: boolean;
  catalogue: string;
  retryAfterMs?: number;
}

/** Writes derived progress as the record that the API shows. */
export function toRecord(key: RecordKey, progress: Progress | ContainerProgress): ProgressRecord {
  const { completedVersion, completedAt, lastAccessedAt, startedAt, ...shown } = progress;
  return {
    ...key,
    ...shown,
    completedAt: toIso(completedAt),
    lastAccessedAt: toIso(lastAccessedAt),
    startedAt: toIso(startedAt),
  };
}

/** A time in milliseconds since 1970 as ISO 8601 in UTC. */
export function toIso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
