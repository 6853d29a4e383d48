import type { Catalogue, Item, SyncResult } from '../core/index.ts';
import {
  apply,
  effectiveTime,
  isLogged,
  isNewlyFull,
  isUnit,
  lessonsCompletedBy,
  progressOfUnit,
  rollUpOf,
  settle,
  stamp,
  unitsOf,
  UNTOUCHED,
} from '../core/index.ts';
import { refusalOfAttempt } from './attempts.ts';
import { coursesDue, issueCertificates } from './certificates.ts';
import type { Script } from './database.ts';
import type { Ledger } from './ledger.ts';
import { addRows, bringTo, projectRow } from './ledger.ts';
import { knownAs, writeLog } from './operation-log.ts';
import type { Device, TimedDraft, Transaction, WriteContext, WriteRequest } from './transaction.ts';
import { begin, deviceOf, pair, save, serverDevice } from './transaction.ts';

/** Most content ids of one learner that no catalogue here knows. */
const MAX_UNKNOWN_IDS = 1000;

/**
 * Writes a group of requests in one transaction and returns their answers in the same order.
 *
 * Locks all learners first and in order, reads, applies request after request in memory, and writes
 * what changed in a fixed number of statements, however many requests there are. When it throws,
 * nothing of the group has happened.
 */
export function* writeGroup<T>(
  context: WriteContext,
  requests: readonly WriteRequest<T>[],
): Script<T[]> {
  const transaction = yield* begin(context, requests);
  const answers: T[] = [];
  for (const request of requests) answers.push(yield* writeOne(transaction, request));
  yield* issueCertificates(transaction);
  yield* save(transaction);
  return answers;
}

function* writeOne<T>(transaction: Transaction, request: WriteRequest<T>): Script<T> {
  const { catalogue, now } = transaction;
  const ledger = transaction.ledgers.get(request.userId)!;
  const device = deviceOf(transaction, request);
  const changed = new Set<string>();
  const results: SyncResult[] = [];

  if (transaction.outdated.delete(request.userId)) {
    yield* makeWhole(transaction, ledger);
    for (const id of bringTo(catalogue, ledger)) changed.add(id);
  }
  if (request.touches === 'all') yield* makeWhole(transaction, ledger);
  for (const draft of request.drafts(catalogue, ledger.book)) {
    const drafted = { ...draft, device: device.deviceId, seq: draft.seq ?? device.lastSeq + 1 };
    const clocks = { server: now, device: request.deviceNow ?? now, last: device.lastEffectiveAt };
    const time = effectiveTime(draft.at, clocks);
    results.push(yield* accept(transaction, { ledger, device, changed }, { ...drafted, time }));
  }
  yield* settleAll(transaction, ledger, changed);
  projectAll(transaction, ledger, changed);
  for (const course of coursesDue(catalogue, ledger, changed)) {
    transaction.due.set(pair(request.userId, course.id), { ledger, course });
  }
  return request.answer({ catalogue, ledger, results, lastSeq: device.lastSeq, now });
}

interface Place {
  ledger: Ledger;
  device: Device;
  changed: Set<string>;
}

/** Decides on one operation and applies it. */
function* accept(transaction: Transaction, place: Place, draft: TimedDraft): Script<SyncResult> {
  const { ledger, device, changed } = place;
  const { seq, contentId, time } = draft;
  const item = transaction.catalogue.items.get(contentId);

  // What was taken in once stays so, even where the content would refuse it by now.
  const known = knownAs(transaction, device, draft);
  if (known) return known;
  const code = refusal(transaction.catalogue, draft);
  if (code) return { seq, status: 'rejected', code };
  if (!item && !(yield* mayKeepUnknown(transaction, ledger, contentId))) {
    return { seq, status: 'rejected', code: 'unknown_content' };
  }
  if (item && draft.kind === 'attempted' && !draft.late) {
    const { attempt } = draft;
    const made = { userId: ledger.userId, item, attempt };
    const refused = yield* refusalOfAttempt(transaction, made);
    if (refused === 'duplicate') return { seq, status: refused };
    if (refused) return { seq, status: 'rejected', code: refused };
  }

  const state = ledger.book.states.get(contentId) ?? UNTOUCHED;
  const { graded, late: _, ...operation } = draft;
  const stamped = stamp(operation, { time, item, state, graded });
  for (const id of apply(transaction.catalogue, ledger.book, stamped)) changed.add(id);
  if (item && changed.has(contentId)) {
    // A container's mark is its own, whichever of its ids the work was done under.
    if (!isUnit(item) || ledger.rows.has(item.id)) changed.add(item.id);
  }
  if (isLogged(draft.kind)) writeLog(transaction, device, { draft, stamped });
  device.lastSeq = Math.max(device.lastSeq, seq);
  device.lastEffectiveAt = time;
  transaction.changedDevices.add(device);

  if (!item) return { seq, status: 'deferred' };
  if (stamped.kind === 'attempted' && stamped.judgement?.passed) {
    yield* completeLessons(transaction, place, { exercise: item, time });
  }
  const late = stamped.epoch + (stamped.kind === 'restarted' ? 1 : 0) < state.epoch;
  return { seq, status: 'applied', ...(late && { code: 'before_restart' }) };
}

/**
 * Completes the lessons that a passed attempt completes. The server makes these operations: whoever
 * sent the attempt did not know that it would pass.
 */
function* completeLessons(
  transaction: Transaction,
  { ledger, changed }: Place,
  passed: { exercise: Item; time: number },
): Script<void> {
  const lessons = lessonsCompletedBy(transaction.catalogue, passed.exercise).filter(
    (lesson) => progressOfUnit(ledger.book, lesson).status !== 'completed',
  );
  if (lessons.length === 0) return;
  const device = yield* serverDevice(transaction, ledger.userId);
  for (const { id: contentId } of lessons) {
    const time = Math.max(passed.time, device.lastEffectiveAt ?? 0);
    const origin = { device: device.deviceId, seq: device.lastSeq + 1, contentId, at: time, time };
    const completion = { ...origin, kind: 'completed', by: 'exercise' } as const;
    yield* accept(transaction, { ledger, device, changed }, completion);
  }
}

/** Why an operation can never be accepted, or null. */
function refusal(catalogue: Catalogue, draft: TimedDraft): string | null {
  const item = catalogue.items.get(draft.contentId);
  if (!item) return null;
  // The device knew a unit by this id: what it was becomes the container's mark.
  if (!isUnit(item)) {
    return isProof(catalogue, item) && mayComplete(draft) ? 'graded_by_server' : null;
  }
  if (draft.kind === 'attempted' && item.type !== 'exercise') return 'invalid';
  if (!item.graded) return null;
  if (draft.kind === 'completed') return 'graded_by_server';
  if (draft.kind === 'attempted' && draft.graded === undefined) return 'graded_by_server';
  return null;
}

/**
 * Says whether a container that is finished proves something: a course or theme with exercises that
 * only the server's grading completes. What a learner says of its id must not stand for them.
 */
function isProof(catalogue: Catalogue, item: Item): boolean {
  return item.type !== 'module' && unitsOf(catalogue, item).some((unit) => unit.graded);
}

function mayComplete({ kind }: TimedDraft): boolean {
  return kind === 'completed' || kind === 'attempted';
}

/** Says whether an operation for an id that no catalogue here holds may be kept. */
function* mayKeepUnknown(
  transaction: Transaction,
  { userId }: Ledger,
  contentId: string,
): Script<boolean> {
  let ids = transaction.unknownIds.get(userId);
  if (!ids) {
    const stored = yield* transaction.queries.unknownContentIds(userId);
    ids = new Set(stored.filter((id) => !transaction.catalogue.items.has(id)));
    transaction.unknownIds.set(userId, ids);
  }
  if (!ids.has(contentId) && ids.size >= MAX_UNKNOWN_IDS) return false;
  ids.add(contentId);
  return true;
}

/** Reads all rows of a learner, so that anything may be counted. */
function* makeWhole({ queries }: Transaction, ledger: Ledger): Script<void> {
  if (ledger.whole) return;
  const { rows } = yield* queries.learnerRows(ledger.userId);
  addRows(ledger, rows);
  ledger.whole = true;
}

/** Reads the rows of all units in these containers, to see which was completed last. */
function* readUnits(
  { queries, catalogue }: Transaction,
  ledger: Ledger,
  containers: readonly Item[],
): Script<void> {
  if (ledger.whole || containers.length === 0) return;
  const ids = containers.flatMap((each) => unitsOf(catalogue, each)).flatMap((unit) => unit.ids);
  const unread = [...new Set(ids)].filter((id) => !ledger.rows.has(id));
  const keys = unread.map((contentId) => ({ userId: ledger.userId, contentId }));
  addRows(ledger, yield* queries.rows(keys));
}

/** Brings the finished marks of all changed containers up to date, innermost first. */
function* settleAll(transaction: Transaction, ledger: Ledger, changed: Set<string>): Script<void> {
  const { catalogue } = transaction;
  const containers = () =>
    [...changed].flatMap((id) => {
      const item = catalogue.items.get(id);
      return item && item.id === id && !isUnit(item) ? [item] : [];
    });
  const full = containers().filter((each) =>
    isNewlyFull(each, rollUpOf(catalogue, ledger.book, each)),
  );
  yield* readUnits(transaction, ledger, full);
  for (const container of containers()) settle(catalogue, ledger.book, container);
}

/** Makes the changed rows anew; the learner's revision rises once for all of them. */
function projectAll(transaction: Transaction, ledger: Ledger, changed: Set<string>): void {
  if (changed.size === 0) return;
  ledger.revision += 1;
  const { catalogue, newId } = transaction;
  const projection = {
    now: new Date(transaction.now).toISOString(),
    revision: ledger.revision,
    newId,
  };
  const rows = transaction.changedRows.get(ledger.userId) ?? new Set();
  transaction.changedRows.set(ledger.userId, rows);
  for (const contentId of changed) {
    ledger.rows.set(contentId, projectRow(catalogue, ledger, { contentId, ...projection }));
    rows.add(contentId);
  }
}
