import type { Catalogue, Item, ProgressRecord, UpdateRequest } from '../core/index.ts';
import { ancestorsOf, isUnit } from '../core/index.ts';
import { answersIn, draftsOfUpdate, leftOpen } from './acts.ts';
import type { Grade } from './grading.ts';
import { gradeOf } from './grading.ts';
import { recordOf } from './ledger.ts';
import { Problem } from './problem.ts';
import { invalid, itemOf } from './request.ts';
import type { Written } from './transaction.ts';
import { SERVER_DEVICE } from './transaction.ts';
import type { Writer } from './writer.ts';

/** What an update is answered with. */
export interface UpdateContext {
  catalogue: Catalogue;
  writer: Writer;
  grade: Grade | undefined;
  now: () => number;
  newId: () => string;
}

/** Answer of an update. */
export interface UpdateAnswer {
  progress: ProgressRecord;
  rollUp: ProgressRecord[];
  revision: number;
  open?: string[];
}

/** Takes in what a learner says of one item, and answers how it and all around it stand then. */
export async function update(
  { catalogue, writer, grade, now, newId }: UpdateContext,
  userId: string,
  body: UpdateRequest,
): Promise<UpdateAnswer> {
  const item = itemOf(catalogue, body.contentId, 'unknown_content');
  refuseUpdate(item, body);
  const answers = answersIn(body);
  const graded = answers === undefined ? undefined : await gradeOf(grade, item, answers);
  refuseUngraded(item, body, graded);
  const given = { at: now(), newId, ...(graded !== undefined && { graded }) };
  return writer.write({
    userId,
    device: SERVER_DEVICE,
    touches: isUnit(item) ? [item.id] : 'all',
    drafts: (current, book) => {
      // The content may have been edited while the request waited.
      const target = { ...given, item: itemOf(current, item.id, 'unknown_content') };
      return draftsOfUpdate(current, book, { target, body });
    },
    answer: (written) => {
      // Thrown within the transaction: what came before it of this update is undone.
      refuseRejected(written.results);
      return answerUpdate(written, item.id, body);
    },
  });
}

/** Refuses what an item of this type cannot take. */
function refuseUpdate(item: Item, body: UpdateRequest): void {
  const given = (['progressPercentage', 'score', 'data'] as const).filter(
    (key) => body[key] !== undefined,
  );
  const refuse = (path: string, message: string) => {
    throw invalid([{ path, message }]);
  };
  if (body.contentType !== item.type) refuse('contentType', `must be ${item.type} for this item`);
  const [first] = given;
  if (first && !isUnit(item)) refuse(first, `cannot be set on a ${item.type}`);
  if (first && body.status === 'not-started') refuse(first, 'cannot come with not-started');
  if (body.score !== undefined && item.type !== 'exercise') {
    refuse('score', `cannot be set on a ${item.type}`);
  }
}

/** Refuses what would decide on an exercise that only the server's grading decides on. */
function refuseUngraded(item: Item, body: UpdateRequest, graded: number | undefined): void {
  if (!item.graded || body.status === 'not-started') return;
  const refuse = (path: string) => {
    const message = 'is for the server to decide, from data.answers, where the site grades';
    throw invalid([{ path, message }], 'graded_by_server');
  };
  if (body.score !== undefined) refuse('score');
  if (graded !== undefined) return;
  if (answersIn(body) !== undefined) refuse('data.answers');
  if (body.status === 'completed') refuse('status');
}

function refuseRejected(results: Written['results']): void {
  if (results.some(({ code }) => code === 'no_attempts_left')) {
    const detail = 'All attempts at this exercise were made. Nothing was changed.';
    throw new Problem('no_attempts_left', { detail });
  }
}

function answerUpdate(
  { catalogue, ledger }: Written,
  contentId: string,
  body: UpdateRequest,
): UpdateAnswer {
  const item = itemOf(catalogue, contentId, 'unknown_content');
  const open =
    body.status === 'completed' && !isUnit(item) ? leftOpen(catalogue, ledger.book, item) : [];
  return {
    progress: recordOf(catalogue, ledger, item),
    rollUp: ancestorsOf(item).map((each) => recordOf(catalogue, ledger, each)),
    revision: ledger.revision,
    ...(open.length > 0 && { open }),
  };
}
