import type { Learner, Progress, SyncAnswer } from './school.testing.ts';
import { START } from './school.testing.ts';

/** An operation as a device sends it. */
export type Sent = { seq: number; kind: string } & Record<string, unknown>;

/** An operation on the bowline, made when the tests begin, unless it says otherwise. */
export const op = (seq: number, kind: string, change: object = {}): Sent => ({
  seq,
  at: START,
  contentId: 'bowline',
  kind,
  ...change,
});

/** A completion by hand. */
export const done = (seq: number, contentId = 'bowline'): Sent =>
  op(seq, 'completed', { contentId, by: 'button' });

/** The body of a sync from a laptop that knows nothing yet. */
export const requestOf = ({ id }: Learner, operations: readonly Sent[], change: object = {}) => ({
  v: 1,
  device: 'laptop-one',
  asUser: id,
  now: START,
  cursor: null,
  catalogue: null,
  operations,
  ...change,
});

/** Syncs, and fails the test where that is refused. */
export async function send(
  learner: Learner,
  operations: readonly Sent[],
  change?: object,
): Promise<SyncAnswer> {
  return (await learner.sync(requestOf(learner, operations, change))).body;
}

/** What became of the operations of a sync, each in a word or two. */
export function outcomes({ results }: SyncAnswer): string[] {
  return results.map(({ status, code }) => (code ? `${status} ${code}` : status));
}

/** The record that a sync answered with for a content id. */
export function recordIn({ changes }: SyncAnswer, contentId: string): Progress | undefined {
  return changes.find(({ record }) => record.contentId === contentId)?.record;
}

/** Asks for changes until there are no more. */
export async function changesSince(learner: Learner, cursor: string | null, change: object = {}) {
  const pages: SyncAnswer[] = [];
  for (let at = cursor; ; at = pages.at(-1)!.cursor) {
    const page = await send(learner, [], { ...change, cursor: at });
    pages.push(page);
    if (!page.more) break;
    if (pages.length > 100) throw new Error('There is no end to the pages.');
  }
  return { pages, changes: pages.flatMap(({ changes }) => changes), cursor: pages.at(-1)!.cursor };
}
