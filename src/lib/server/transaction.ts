import type { Act, Book, Catalogue, Item, Operation, SyncResult } from '../core/index.ts';
import { ancestorsOf, lessonsCompletedBy } from '../core/index.ts';
import type { Script } from './database.ts';
import type { Ledger } from './ledger.ts';
import { openLedger } from './ledger.ts';
import type { Queries } from './queries.ts';
import type { DeviceRow, OperationRow, ProgressRow } from './schema.ts';

/** The device under which the server makes operations itself. */
export const SERVER_DEVICE = 'server';

/** An operation that asks to be accepted. Without a `seq` it gets the device's next one. */
export type Draft = Omit<Operation, keyof Act | 'device' | 'seq'> &
  Act & {
    seq?: number;
    /** Score that the server has given to the attempt, 0 to 100. */
    graded?: number;
    /** It was made before its exercise was known here: it is in the log already, and no new attempt. */
    late?: true;
  };

/** A request to change one learner's progress; what it answers is made inside the transaction. */
export interface WriteRequest<T> {
  readonly userId: string;
  readonly device: string;
  /** The device's clock when it sent the request, in milliseconds; absent for the server itself. */
  readonly deviceNow?: number;
  /** The content ids that it may change; `all` when only the book can tell. */
  readonly touches: readonly string[] | 'all';
  /** The seqs of its operations that may be in the log already. */
  readonly logged?: readonly number[];
  /** Its operations in order; each is asked for when the one before has been applied. */
  readonly drafts: (catalogue: Catalogue, book: Book) => Iterable<Draft>;
  readonly answer: (written: Written) => T;
}

/** A draft that has its place in the device's sequence and its effective time. */
export type TimedDraft = Operation & { graded?: number; late?: true; time: number };

/** How a learner's progress stands after a request. */
export interface Written {
  catalogue: Catalogue;
  ledger: Ledger;
  results: SyncResult[];
  /** The highest seq of the device that was accepted. */
  lastSeq: number;
  /** The server's clock, in milliseconds. */
  now: number;
}

/** What a group of requests is written with. */
export interface WriteContext {
  queries: Queries;
  catalogue: Catalogue;
  /** The server's clock, in milliseconds. */
  now: number;
  newId: () => string;
}

/** A device as the server knows it. */
export interface Device {
  userId: string;
  deviceId: string;
  lastSeq: number;
  /** In milliseconds; null before the device's first operation. */
  lastEffectiveAt: number | null;
}

/** A course that a learner has completed and has no certificate for. */
export interface Due {
  ledger: Ledger;
  course: Item;
}

/** What one transaction has read and will write. */
export interface Transaction extends WriteContext {
  ledgers: Map<string, Ledger>;
  /** Learners whose sums were last counted on another catalogue. */
  outdated: Set<string>;
  devices: Map<string, Device>;
  unknownIds: Map<string, Set<string>>;
  /** Operations known by (user, device, seq): those asked for and those of this transaction. */
  known: Map<string, OperationRow>;
  log: OperationRow[];
  changedDevices: Set<Device>;
  changedRows: Map<string, Set<string>>;
  /** Courses whose certificates are to be issued, by (user, course). */
  due: Map<string, Due>;
}

/** Locks the learners of a group of requests, then reads what the requests need at least. */
export function* begin<T>(
  context: WriteContext,
  requests: readonly WriteRequest<T>[],
): Script<Transaction> {
  const { queries, catalogue } = context;
  const learners = yield* queries.lockLearners([...new Set(requests.map((each) => each.userId))]);
  const keys = requests.flatMap((request) => keysOf(catalogue, request));
  const rows = yield* queries.rows(once(keys, (key) => pair(key.userId, key.contentId)));
  const devices = yield* queries.devices(
    once(
      requests.map(({ userId, device }) => ({ userId, deviceId: device })),
      (key) => pair(key.userId, key.deviceId),
    ),
  );
  const rowsOf = Map.groupBy(rows, (row) => row.userId);
  const deviceMap = new Map(
    devices.map((row) => [pair(row.userId, row.deviceId), toDevice(row)] as const),
  );
  const known = yield* readLog(queries, deviceMap, requests);
  return {
    ...context,
    ledgers: new Map(
      learners.map(({ userId, revision }) => [
        userId,
        openLedger(userId, revision, { rows: rowsOf.get(userId) ?? [], whole: revision === 0 }),
      ]),
    ),
    outdated: new Set(
      learners
        .filter((learner) => learner.countedAs !== catalogue.countedAs)
        .map(({ userId }) => userId),
    ),
    devices: deviceMap,
    unknownIds: new Map(),
    known,
    log: [],
    changedDevices: new Set(),
    changedRows: new Map(),
    due: new Map(),
  };
}

/** The log's entries under the seqs that a device has used before and sends again. */
function* readLog<T>(
  queries: Queries,
  devices: ReadonlyMap<string, Device>,
  requests: readonly WriteRequest<T>[],
): Script<Map<string, OperationRow>> {
  const keys = requests.flatMap(({ userId, device: deviceId, logged = [] }) => {
    const lastSeq = devices.get(pair(userId, deviceId))?.lastSeq ?? 0;
    return logged.filter((seq) => seq <= lastSeq).map((seq) => ({ userId, deviceId, seq }));
  });
  if (keys.length === 0) return new Map();
  const rows = yield* queries.operations(
    once(keys, (key) => pair(key.userId, key.deviceId, key.seq)),
  );
  return new Map(rows.map((row) => [pair(row.userId, row.deviceId, row.seq), row]));
}

/** The rows that a request needs at least: its items by all their ids, and what is around them. */
function keysOf<T>(catalogue: Catalogue, { userId, touches }: WriteRequest<T>) {
  if (touches === 'all') return [];
  const ids = touches.flatMap((id) => {
    const item = catalogue.items.get(id);
    if (!item) return [id];
    const written = [item, ...lessonsCompletedBy(catalogue, item)];
    return [...written.flatMap((each) => each.ids), ...ancestorsOf(item).map((each) => each.id)];
  });
  return [...new Set(ids)].map((contentId) => ({ userId, contentId }));
}

/** Writes what changed: one statement per table, however many requests there were. */
export function* save({
  queries,
  catalogue,
  ledgers,
  changedRows,
  changedDevices,
  log,
}: Transaction): Script<void> {
  const learners = [...changedRows.keys()].map((userId) => ledgers.get(userId)!);
  const rows = learners.flatMap((ledger): ProgressRow[] =>
    [...changedRows.get(ledger.userId)!].map((contentId) => ledger.rows.get(contentId)!),
  );
  if (log.length > 0) yield* queries.insertOperations(log);
  if (rows.length > 0) yield* queries.saveRows(rows);
  if (changedDevices.size > 0) {
    yield* queries.saveDevices(
      [...changedDevices].map((device) => ({
        ...device,
        lastEffectiveAt: new Date(device.lastEffectiveAt!).toISOString(),
      })),
    );
  }
  if (learners.length > 0) {
    yield* queries.saveLearners(
      learners.map(({ userId, revision }) => ({
        userId,
        revision,
        countedAs: catalogue.countedAs,
      })),
    );
  }
}

function toDevice({ lastEffectiveAt, ...row }: DeviceRow): Device {
  return { ...row, lastEffectiveAt: Date.parse(lastEffectiveAt) };
}

/** The server as a learner's device, read now if the request came from another one. */
export function* serverDevice(transaction: Transaction, userId: string): Script<Device> {
  const device = SERVER_DEVICE;
  const key = pair(userId, device);
  if (!transaction.devices.has(key)) {
    const [row] = yield* transaction.queries.devices([{ userId, deviceId: device }]);
    if (row) transaction.devices.set(key, toDevice(row));
  }
  return deviceOf(transaction, { userId, device });
}

/** The device that makes a request; a new one has sent nothing yet. */
export function deviceOf(
  transaction: Transaction,
  { userId, device }: { userId: string; device: string },
): Device {
  const key = pair(userId, device);
  const known = transaction.devices.get(key);
  if (known) return known;
  const made = { userId, deviceId: device, lastSeq: 0, lastEffectiveAt: null };
  transaction.devices.set(key, made);
  return made;
}

/** The keys without repetitions. */
function once<K>(keys: readonly K[], nameOf: (key: K) => string): K[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}

/** A key for what is named by several parts; no part holds a NUL. */
export function pair(...parts: (string | number)[]): string {
  return parts.join('\0');
}
