import type { Catalogue, Claim } from '../core/index.ts';
import { valueAt } from '../core/index.ts';
import type { LoggedAttempt } from './attempts.ts';
import { attemptOf, eachOnce } from './attempts.ts';
import type { Script } from './database.ts';
import type { Grading } from './grading.ts';
import { withGrade } from './grading.ts';
import type { Queries } from './queries.ts';
import type { OperationRow } from './schema.ts';
import type { Draft } from './transaction.ts';
import type { Writer } from './writer.ts';

/** What late attempts are graded with. */
export interface LateGrading extends Grading {
  writer: Writer;
  newId: () => string;
}

/** Most attempts at one exercise that are looked at: those that were judged are never left out. */
const MOST_ATTEMPTS = 1000;

/**
 * A learner's answers that came in before this server knew their exercise, which it grades by now;
 * the oldest first, and of an exercise with a limit no more than are left.
 */
export function* lateAttempts(
  queries: Queries,
  userId: string,
  catalogue: Catalogue,
): Script<OperationRow[]> {
  const ids = yield* queries.claimedAttemptContentIds(userId);
  const exercises = new Set(ids.flatMap((id) => catalogue.items.get(id) ?? []));
  const late: OperationRow[] = [];
  for (const { ids, graded, attempts = Infinity } of exercises) {
    if (!graded) continue;
    const rows = yield* queries.attemptsToJudge(userId, ids, MOST_ATTEMPTS);
    const logged = eachOnce(rows.toReversed()).reverse();
    const open = logged.filter(isOpen);
    late.push(...open.slice(0, Math.max(0, attempts - (logged.length - open.length))));
  }
  return late.sort((a, b) => a.effectiveAt.localeCompare(b.effectiveAt));
}

/**
 * Grades late attempts, each once. The log is never changed: what is known of them by now becomes
 * operations of a fresh device, under the names and times that the attempts have.
 */
export async function gradeLate(
  { writer, newId, ...grading }: LateGrading,
  userId: string,
  late: readonly OperationRow[],
): Promise<void> {
  const drafts = await Promise.all(late.map((row) => withGrade(grading, draftOf(row))));
  const graded = drafts.filter((draft) => draft.graded !== undefined);
  if (graded.length === 0) return;
  await writer.write({
    userId,
    device: newId(),
    touches: graded.map(({ contentId }) => contentId),
    // Another of the learner's devices may have come first.
    drafts: (_, { states }) =>
      graded.filter(
        ({ contentId, attempt }) => !valueAt(states.get(contentId)?.attempts ?? {}, attempt),
      ),
    answer: () => undefined,
  });
}

/** Of what came in since the exercise is known, nobody will ever say more. */
function isOpen(row: OperationRow): boolean {
  const { claimed = false } = row.payload as Claim;
  return claimed && attemptOf(row).score === null;
}

type LateDraft = Draft & { kind: 'attempted' };

function draftOf(row: OperationRow): LateDraft {
  const { id: attempt, answers, at }: LoggedAttempt = attemptOf(row);
  const { epoch } = row.payload as { epoch: number };
  const { contentId } = row;
  const made = { contentId, at: Date.parse(at), epoch, late: true } as const;
  return { ...made, kind: 'attempted', attempt, ...(answers !== null && { answers }) };
}
