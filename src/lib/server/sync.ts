import * as v from 'valibot';
import type { Catalogue, SyncRequest, SyncResponse, SyncResult } from '../core/index.ts';
import { isLogged, operationSchema } from '../core/index.ts';
import type { Grade } from './grading.ts';
import { withGrade } from './grading.ts';
import { formatCursor, parseCursor, START } from './cursor.ts';
import { gradeLate } from './late-attempts.ts';
import type { Reader } from './reader.ts';
import type { Draft, Written } from './transaction.ts';
import type { Writer } from './writer.ts';

/** What a sync is answered with. */
export interface SyncContext {
  catalogue: Catalogue;
  writer: Writer;
  reader: Reader;
  grade: Grade | undefined;
  now: () => number;
  newId: () => string;
}

/** Takes in a device's operations, and hands it what changed since its cursor. */
export async function sync(
  context: SyncContext,
  userId: string,
  request: SyncRequest,
): Promise<SyncResponse> {
  const { catalogue, reader } = context;
  const asked = parseCursor(request.cursor, catalogue.version);
  // Asked before anything is written, which could take the learner's revision past it.
  const reset = !(await reader.reaches(userId, asked));
  const cursor = reset ? START : asked;
  // It knows nothing yet, or other content: by now there may be exercises that it was ahead of.
  if (asked === START) {
    await gradeLate(context, userId, await reader.lateAttempts(userId, catalogue));
  }
  const { results, lastSeq, now } = await takeIn(context, userId, request);
  const page = await reader.changes(userId, { catalogue, cursor });
  return {
    v: 1,
    user: userId,
    now,
    lastSeq,
    results,
    changes: page.changes,
    ...(reset && { reset }),
    cursor: formatCursor(page.cursor, catalogue.version),
    more: page.more,
    catalogue: catalogue.version,
  };
}

async function takeIn(
  context: SyncContext,
  userId: string,
  request: SyncRequest,
): Promise<Pick<Written, 'results' | 'lastSeq' | 'now'>> {
  const { device, operations } = request;
  if (operations.length === 0) {
    const lastSeq = await context.reader.lastSeq(userId, device);
    return { results: [], lastSeq, now: context.now() };
  }
  const rejected: SyncResult[] = [];
  const drafts: Draft[] = [];
  for (const operation of operations) {
    const parsed = v.safeParse(operationSchema, operation, { abortEarly: true });
    if (parsed.success) drafts.push(await withGrade(context, parsed.output as Draft));
    else rejected.push({ seq: operation.seq, status: 'rejected', code: 'invalid' });
  }
  drafts.sort((a, b) => a.seq! - b.seq!);
  const written = await context.writer.write({
    userId,
    device,
    deviceNow: request.now,
    touches: drafts.map((draft) => draft.contentId),
    logged: drafts.filter((draft) => isLogged(draft.kind)).map((draft) => draft.seq!),
    drafts: () => drafts,
    answer: ({ results, lastSeq, now }) => ({ results: [...results], lastSeq, now }),
  });
  const results = [...rejected, ...written.results].sort((a, b) => a.seq - b.seq);
  return { ...written, results };
}
