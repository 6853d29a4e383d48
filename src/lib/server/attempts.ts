import type { Item, Json } from '../core/index.ts';
import { valueAt } from '../core/index.ts';
import type { Script } from './database.ts';
import type { OperationRow } from './schema.ts';
import type { Transaction } from './transaction.ts';

/** An attempt at an exercise as the log has it. */
export interface LoggedAttempt {
  /** The name that its maker gave it. */
  id: string;
  /** What was handed in; null of an attempt that came with its score. */
  answers: Json;
  /** 0 to 100; null of one that nobody could grade. */
  score: number | null;
  passed: boolean;
  /** The exercise's version then. */
  version: number;
  /** When it counts as made: ISO 8601 in UTC. */
  at: string;
}

/** The payload of a logged `attempted`. */
interface Payload {
  attempt: string;
  answers?: Json;
  version: number;
  judgement: { score: number; passed: boolean } | null;
}

/** An attempt as its row in the log says. */
export function attemptOf({ payload, effectiveAt }: OperationRow): LoggedAttempt {
  const { attempt, answers = null, version, judgement } = payload as Payload;
  const { score = null, passed = false } = judgement ?? {};
  return { id: attempt, answers, score, passed, version, at: effectiveAt };
}

/**
 * Attempts as the log has them, the latest first, each name once: of several accounts of one, the
 * first that was graded; else the first.
 */
export function eachOnce(rows: readonly OperationRow[]): OperationRow[] {
  const byName = new Map<string, OperationRow>();
  for (const row of rows) {
    const { id, score } = attemptOf(row);
    const later = byName.get(id);
    if (!later || score !== null || attemptOf(later).score === null) byName.set(id, row);
  }
  return [...byName.values()];
}

/**
 * What becomes of one more attempt at an exercise: `duplicate` when one of its name was judged before,
 * under whatever number and whatever was answered; `no_attempts_left`; or null when it may be made. What
 * a limit counts is the log, under all ids of the exercise, so starting again gives nobody more attempts.
 */
export function* refusalOfAttempt(
  transaction: Transaction,
  made: { userId: string; item: Item; attempt: string },
): Script<'duplicate' | 'no_attempts_left' | null> {
  const { userId, item, attempt } = made;
  const { states } = transaction.ledgers.get(userId)!.book;
  const isJudged = item.ids.some((id) => valueAt(states.get(id)?.attempts ?? {}, attempt));
  if (isJudged) return 'duplicate';
  if (item.attempts === undefined) return null;
  const logged = yield* transaction.queries.attemptIds(userId, item.ids);
  const ofThisGroup = transaction.log
    .filter((row) => row.userId === userId && row.kind === 'attempted')
    .filter((row) => item.ids.includes(row.contentId))
    .map((row) => attemptOf(row).id);
  const ids = new Set([...logged, ...ofThisGroup]);
  if (ids.has(attempt)) return 'duplicate';
  return ids.size >= item.attempts ? 'no_attempts_left' : null;
}
