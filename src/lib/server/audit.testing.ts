import type { Catalogue, ItemState, RollUp, Stamped } from '../core/index.ts';
import {
  canonicalText,
  createBook,
  isCompleted,
  isUnit,
  rollUpOf,
  unitsOf,
  walk,
} from '../core/index.ts';
import { unitTruth } from '../core/oracle.testing.ts';
import { openLedger, projectRow } from './ledger.ts';
import type { LearnerExport } from './queries.ts';
import type { OperationRow, ProgressRow } from './schema.ts';

/**
 * Lists what is stored of a learner and does not agree with the rest: log, states, sums, columns,
 * revisions and devices. Empty when all is well.
 *
 * A row's columns are made for the content of its day: where that was edited, `since` names the
 * revision up to which they are not looked at.
 */
export function discrepancies(catalogue: Catalogue, kept: LearnerExport, since = 0): string[] {
  return [
    ...wrongRevisions(kept),
    ...wrongDevices(kept),
    ...wrongStates(kept),
    ...wrongSums(catalogue, kept),
    ...wrongColumns(catalogue, kept, since),
  ];
}

function wrongRevisions({ learner, progress }: LearnerExport): string[] {
  const last = Math.max(0, ...progress.map((row) => row.revision));
  const revision = learner?.revision ?? 0;
  return revision === last ? [] : [`the revision is ${revision}, but the last row's is ${last}`];
}

function wrongDevices({ operations, devices }: LearnerExport): string[] {
  const lastSeqs = new Map(devices.map((device) => [device.deviceId, device.lastSeq]));
  return operations.flatMap(({ deviceId, seq }) => {
    const lastSeq = lastSeqs.get(deviceId) ?? 0;
    return seq <= lastSeq ? [] : [`${deviceId} is at ${lastSeq}, but the log holds its ${seq}`];
  });
}

/** What is logged is absorbed, and what is completed is logged. */
function wrongStates({ progress, operations }: LearnerExport): string[] {
  const states = new Map(progress.map((row) => [row.contentId, row.state as ItemState | null]));
  const log = Map.groupBy(operations, (row) => row.contentId);
  return [...new Set([...log.keys(), ...states.keys()])].flatMap((id) => {
    const state = states.get(id);
    const history = (log.get(id) ?? []).map(asStamped);
    const truth = unitTruth({ id, type: 'exercise', title: id }, history);
    const isDone = state ? isCompleted(state) : false;
    const epoch = Math.max(
      0,
      ...history.map((each) => each.epoch + Number(each.kind === 'restarted')),
    );
    // An operation that is not logged may have come from a later life of the item.
    if ((state?.epoch ?? 0) > epoch) return [];
    if ((state?.epoch ?? 0) < epoch) return [`${id} was restarted, but its state was not`];
    if (isDone !== truth.done) return [`${id} is ${isDone ? '' : 'not '}done, unlike its log`];
    const scores = Object.values(state?.attempts ?? {}).map((attempt) => attempt.score);
    const best = scores.length > 0 ? Math.max(...scores) : null;
    return best === truth.score ? [] : [`${id} has the score ${best}, its log ${truth.score}`];
  });
}

function asStamped({
  deviceId,
  seq,
  contentId,
  kind,
  payload,
  effectiveAt,
}: OperationRow): Stamped {
  const origin = { device: deviceId, seq, contentId, kind, time: Date.parse(effectiveAt) };
  return { ...(payload as object), ...origin } as Stamped;
}

/** The sums of every container, counted again from nothing but the units' states. */
function wrongSums(catalogue: Catalogue, { progress }: LearnerExport): string[] {
  const states = progress.flatMap((row): [string, ItemState][] =>
    row.state ? [[row.contentId, row.state as ItemState]] : [],
  );
  const counted = createBook(states);
  const rows = new Map(progress.map((row) => [row.contentId, row]));
  return [...walk(catalogue.roots)].flatMap((item) => {
    if (isUnit(item)) return [];
    const right = rollUpOf(catalogue, counted, item);
    const stored = rows.get(item.id)?.rollUp as RollUp | null | undefined;
    if (!stored) return right.begun > 0 ? [`${item.id} is begun, but has no sums`] : [];
    if (stored.countedAs !== item.countedAs) return [`${item.id} was counted on other content`];
    const [one, other] = [sumsOf(stored), sumsOf(right)];
    if (one !== other) return [`${item.id} has ${one}, but its units come to ${other}`];
    const done = unitsOf(catalogue, item).length > 0 && stored.mark === null && right.mark !== null;
    return done ? [`${item.id} is full, but has no mark`] : [];
  });
}

function sumsOf({ completed, begun, scoreSum, scoreCount, spent }: RollUp): string {
  return canonicalText({ completed, begun, scoreSum, scoreCount, spent });
}

/** The columns that people read, made anew from states and sums. */
function wrongColumns(
  catalogue: Catalogue,
  { learner, progress }: LearnerExport,
  since: number,
): string[] {
  if (!learner) return [];
  const rows = progress.map(withoutColumns);
  const ledger = openLedger(learner.userId, learner.revision, { rows, whole: true });
  const isNew = (id: string) => (ledger.rows.get(id)?.revision ?? 0) > since;
  return progress
    .filter(({ contentId }) => {
      const item = catalogue.items.get(contentId);
      // An item's own row tells of what was done under its old ids too.
      return isNew(contentId) || (item?.id === contentId && item.ids.some(isNew));
    })
    .flatMap((row) => {
      const { contentId, updatedAt: now, revision } = row;
      const newId = () => 'a new id';
      const made = projectRow(catalogue, ledger, { contentId, revision, now, newId });
      const [one, other] = [canonicalText(row), canonicalText(made)];
      return one === other ? [] : [`the row of ${contentId} is ${one}, but should be ${other}`];
    });
}

function withoutColumns(row: ProgressRow): ProgressRow {
  return {
    ...row,
    status: 'not-started',
    completedAt: null,
    completedBy: null,
    startedAt: null,
    lastAccessedAt: null,
    progressPercentage: 0,
    score: null,
    data: null,
    timeSpentMs: 0,
  };
}
