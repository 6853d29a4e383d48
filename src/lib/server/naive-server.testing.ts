import type { ContentData, OperationKind, Stamped } from '../core/index.ts';
import type { MarkKeeper } from '../core/finished-mark.testing.ts';
import { createMarkKeeper } from '../core/finished-mark.testing.ts';
import { allItems, allUnits, isLeaf, requiredUnits, unitTruth } from '../core/oracle.testing.ts';
import { DAY } from './school.testing.ts';

/*
 * The server once more, as naively as it can be said: a list of all that was accepted. There are no
 * states, no sums and no revisions here, and nothing of the real server is used.
 */

/** An operation before the server stamps it. */
export type Made = { contentId: string; kind: OperationKind; at: number; seq?: number } & Record<
  string,
  unknown
>;

/** Who sends operations, and when by whose clock. */
export interface Sender {
  device: string;
  deviceNow: number;
  now: number;
}

/** One learner as the naive server knows them. */
export interface NaiveLearner {
  readonly history: Stamped[];
  readonly marks: MarkKeeper;
  /** Takes in operations and tells what becomes of each. */
  take(content: ContentData[], operations: readonly Made[], sender: Sender): string[];
  /** Takes in a plain call of the API. */
  update(content: ContentData[], body: NaiveUpdate, now: number): void;
}

export interface NaiveUpdate {
  contentId: string;
  status: 'not-started' | 'in-progress' | 'completed';
  progressPercentage?: number;
  score?: number;
  data?: unknown;
}

const LOGGED = ['completed', 'reopened', 'attempted', 'restarted'];

/** A learner who has done nothing. */
export function createNaiveLearner(): NaiveLearner {
  const history: Stamped[] = [];
  const marks = createMarkKeeper();
  const lastSeqs = new Map<string, number>();
  const lastTimes = new Map<string, number>();
  let markedOn: ContentData[] | undefined;
  let attempts = 0;

  const of = (id: string) => history.filter((each) => each.contentId === id);
  const done = (unit: ContentData) => unitTruth(unit, history).done;

  function accept(content: ContentData[], made: Made, { device, deviceNow, now }: Sender): string {
    const { contentId, kind, at, seq = (lastSeqs.get(device) ?? 0) + 1 } = made;
    const lastSeq = lastSeqs.get(device) ?? 0;
    const isLogged = LOGGED.includes(kind);
    const known = history.some((each) => each.device === device && each.seq === seq);
    if (seq <= lastSeq && (known || !isLogged)) return 'duplicate';
    const item = find(content, contentId);
    const isLesson = item?.type === 'lesson';
    if (isLesson && kind === 'attempted') return 'rejected invalid';

    const epochNow = epochOf(of(contentId));
    const shifted = Math.min(now, Math.max(now - 400 * DAY, at + now - deviceNow));
    const time = Math.max(shifted, lastTimes.get(device) ?? 0);
    const epoch = (made['epoch'] as number | undefined) ?? epochNow;
    const { ...payload } = made;
    const stamped = { version: item?.version ?? 1, seen: seenIn(of(contentId)), ...payload };
    const score = made['score'] as number | undefined;
    const judgement =
      score === undefined ? null : { score, passed: score >= (item?.passingScore ?? 70) };
    history.push({ ...stamped, device, seq, time, epoch, judgement } as unknown as Stamped);
    lastSeqs.set(device, Math.max(lastSeq, seq));
    lastTimes.set(device, time);
    if (!item) return 'deferred';
    const late = epoch + Number(kind === 'restarted') < epochNow;
    return late ? 'applied before_restart' : 'applied';
  }

  /** One transaction: marks look at the content first, if it is other, and then at what happened. */
  function transact<T>(content: ContentData[], work: () => T): T {
    const moment = { content, catalogue: null as never, book: null as never, history };
    if (markedOn !== content) marks.look({ ...moment, transaction: null });
    markedOn = content;
    const before = history.length;
    const result = work();
    marks.look({ ...moment, transaction: history.slice(before) });
    return result;
  }

  return {
    history,
    marks,
    take: (content, operations, sender) =>
      transact(content, () => operations.map((each) => accept(content, each, sender))),

    update: (content, body, now) =>
      transact(content, () => {
        const item = find(content, body.contentId)!;
        const make = (contentId: string, kind: OperationKind, rest: object = {}) =>
          accept(content, { contentId, kind, at: now, ...rest }, SERVER(now));
        if (body.status === 'not-started') {
          const ids = allUnits(item).flatMap((unit) => [unit.id, ...(unit.aliases ?? [])]);
          for (const id of ids.filter((each) => isBegun(of(each)))) make(id, 'restarted');
          return;
        }
        if (isLeaf(item)) make(item.id, 'opened');
        if (body.progressPercentage !== undefined) {
          make(item.id, 'advanced', { percentage: body.progressPercentage });
        }
        if (body.data !== undefined) make(item.id, 'saved', { data: body.data });
        if (body.score !== undefined) {
          make(item.id, 'attempted', { attempt: `by-api-${++attempts}`, score: body.score });
        }
        if (body.status !== 'completed') return;
        for (const unit of requiredUnits(item).filter((each) => !done(each))) {
          make(unit.id, 'completed', { by: 'api' });
        }
      }),
  };
}

const SERVER = (now: number): Sender => ({ device: 'server', deviceNow: now, now });

/** The item that has an id, or had it once. */
export function find(content: ContentData[], id: string): ContentData | undefined {
  return allItems(content).find((each) => each.id === id || (each.aliases ?? []).includes(id));
}

function epochOf(operations: readonly Stamped[]): number {
  return Math.max(0, ...operations.map((each) => each.epoch + Number(each.kind === 'restarted')));
}

function isBegun(operations: readonly Stamped[]): boolean {
  const epoch = epochOf(operations);
  return operations.some(
    (each) => each.epoch === epoch && each.kind !== 'reopened' && each.kind !== 'restarted',
  );
}

/** All completions that the server has when somebody reopens without saying what was seen. */
function seenIn(operations: readonly Stamped[]): Record<string, number> {
  const epoch = epochOf(operations);
  const life = operations.filter((each) => each.epoch === epoch);
  const completions = life.filter(
    (each) =>
      each.kind === 'completed' || (each.kind === 'attempted' && each.judgement?.passed === true),
  );
  const undone = (device: string, seq: number) =>
    life.some(
      (each) =>
        each.kind === 'reopened' && Object.hasOwn(each.seen, device) && each.seen[device]! >= seq,
    );
  const live = completions.filter(({ device, seq }) => !undone(device, seq));
  const highest = live.map(({ device }): [string, number] => [
    device,
    Math.max(...live.filter((each) => each.device === device).map((each) => each.seq)),
  ]);
  return Object.fromEntries(highest);
}
