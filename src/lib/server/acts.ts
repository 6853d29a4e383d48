import type { Act, Book, Catalogue, Item, Json, UpdateRequest } from '../core/index.ts';
import { completing, isUnit, progressOf, reopening, restarting } from '../core/index.ts';
import type { Draft } from './transaction.ts';

/** What a form action or other code of the site records for a learner, of any content item. */
export type RecordedAct = { contentId: string } & Act;

/** What the drafts below are made for. */
export interface DraftTarget {
  item: Item;
  /** The server's clock, in milliseconds. */
  at: number;
  /** Score that the site's own grading gave, 0 to 100. */
  graded?: number;
  newId: () => string;
}

/**
 * The operations that a recorded act comes to: completing, reopening or restarting a container is
 * one operation per unit; completing what is completed is none.
 */
export function* draftsOf(
  catalogue: Catalogue,
  book: Book,
  { item, at, act }: { item: Item; at: number; act: Act },
): Generator<Draft> {
  const acts =
    act.kind === 'completed'
      ? completing(catalogue, book, { item, by: act.by }).acts
      : act.kind === 'reopened'
        ? reopening(catalogue, book, item)
        : act.kind === 'restarted'
          ? restarting(catalogue, book, item)
          : [{ ...act, contentId: item.id }];
  for (const each of acts) yield { ...each, at };
}

/** The operations that an update comes to, in the order in which they are applied. */
export function* draftsOfUpdate(
  catalogue: Catalogue,
  book: Book,
  { target, body }: { target: DraftTarget; body: UpdateRequest },
): Generator<Draft> {
  const { item, at, graded, newId } = target;
  const drafts = (act: Act) => draftsOf(catalogue, book, { item, at, act });
  const { status, progressPercentage, data, score } = body;

  if (status === 'not-started') {
    yield* drafts({ kind: 'restarted' });
    return;
  }
  if (isUnit(item)) yield* drafts({ kind: 'opened' });
  if (progressPercentage !== undefined) {
    yield* drafts({ kind: 'advanced', percentage: progressPercentage });
  }
  if (data !== undefined) yield* drafts({ kind: 'saved', data: data as Json });
  if (graded !== undefined) {
    const answers = answersIn(body)!;
    yield { contentId: item.id, at, kind: 'attempted', attempt: newId(), answers, graded };
  } else if (score !== undefined) {
    yield* drafts({ kind: 'attempted', attempt: newId(), score });
  }
  if (status === 'completed' && !item.graded) yield* drafts({ kind: 'completed', by: 'api' });
}

/** The answers that an update hands in for grading. */
export function answersIn({ data }: UpdateRequest): Json | undefined {
  if (data === null || typeof data !== 'object' || !Object.hasOwn(data, 'answers'))
    return undefined;
  return (data as { answers: Json }).answers;
}

/** The units below a container that completing it left open: only the server's grading closes them. */
export function leftOpen(catalogue: Catalogue, book: Book, item: Item): string[] {
  if (progressOf(catalogue, book, item).status === 'completed') return [];
  return completing(catalogue, book, { item, by: 'api' }).open.map((unit) => unit.id);
}
