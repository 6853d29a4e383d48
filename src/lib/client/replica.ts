import type { Book, Catalogue, Change, Operation, SyncResponse } from '../core/index.ts';
import type { FollowingRows, Rows } from './device-storage.ts';
import type { TimedAct } from './outbox.ts';
import type { Question } from './sync.ts';
import { viewOf } from './view.ts';

/** What this device knows of one learner: the server's rows, and operations that are not in them. */
export class Replica {
  readonly #rows = new Map<string, Change>();
  #unacknowledged: readonly Operation[] = [];
  /** Made, and on their way into the outbox; their numbers are guessed. */
  #made: Operation[] = [];
  /** The server has answered for these, but rows that show it are still to come. */
  #landing: { operation: Operation; deferred: boolean }[] = [];
  #cursor: string | null = null;

  /** Operations that the server has not acknowledged. */
  get waiting(): readonly Operation[] {
    return [...this.#unacknowledged, ...this.#made];
  }

  /** What the outbox held when it was last read. */
  get unacknowledged(): readonly Operation[] {
    return this.#unacknowledged;
  }

  /** Where the rows end in the learner's changes; null when they do not end anywhere. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Says whether the server has shown nothing of the learner. */
  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** An item's row as the server last sent it. */
  row(contentId: string): Change | undefined {
    return this.#rows.get(contentId);
  }

  /** Takes in rows. Of two accounts of a row the one with the higher revision is the whole truth. */
  merge(changes: readonly Change[]): void {
    for (const change of changes) {
      const { contentId, revision } = change.record;
      const known = this.#rows.get(contentId);
      if (known && known.record.revision > revision) continue;
      this.#rows.set(contentId, change);
      // It holds all that the server has of the item, which it knows by now.
      this.#landing = this.#landing.filter(
        ({ operation, deferred }) => !deferred || operation.contentId !== contentId,
      );
    }
  }

  /**
   * Takes in rows from the beginning, or from `after` on; `reset`: that take the place of all. Where they
   * do not follow on those it has, which may have begun anew meanwhile, those still end where they did.
   */
  follow({ changes, cursor, reset = false, after = null }: Rows & Partial<FollowingRows>): void {
    if (reset) this.#rows.clear();
    this.merge(changes);
    if (reset || after === null || after === this.#cursor) this.#cursor = cursor;
  }

  /**
   * Takes in the answer to some operations. They still count until the last page of changes is
   * there; what this server does not know yet, as long as the catalogue stays.
   */
  takeIn(answer: SyncResponse, { batch, cursor }: Question): void {
    this.follow({ ...answer, after: cursor });
    const { results, more } = answer;
    const statusOf = new Map(results.map(({ seq, status }) => [seq, status]));
    const landed = batch.flatMap((operation) => {
      const status = statusOf.get(operation.seq) ?? 'rejected';
      // Of what the server had already, it does not say that the content is not here yet.
      const isKnown = this.#rows.has(operation.contentId);
      const deferred = status === 'deferred' || (status === 'duplicate' && !isKnown);
      return status === 'rejected' ? [] : [{ operation, deferred }];
    });
    this.#landing = [...this.#landing, ...landed].filter(({ deferred }) => more || deferred);
  }

  /** Forgets what counted only as long as the catalogue stayed. */
  turnPage(): void {
    this.#landing = this.#landing.filter(({ deferred }) => !deferred);
  }

  /** Replaces what is known of the outbox. */
  setUnacknowledged(operations: readonly Operation[]): void {
    this.#unacknowledged = operations;
  }

  /** Makes operations that the outbox does not hold yet; it is known to have given numbers up to `lastSeq`. */
  make(acts: readonly (TimedAct & { device: string })[], lastSeq: number): readonly Operation[] {
    const guessed = lastSeq + this.#made.length + 1;
    const made = acts.map((act, n) => ({ ...act, seq: guessed + n }));
    this.#made = [...this.#made, ...made];
    return made;
  }

  /**
   * They are kept now, in this form; or, without one, they could not be. Says whether their numbers were
   * guessed right.
   */
  keep(made: readonly Operation[], kept: readonly Operation[] = []): boolean {
    this.#made = this.#made.filter((operation) => !made.includes(operation));
    const byName = new Map(this.#unacknowledged.map((each) => [nameOf(each), each]));
    for (const operation of kept) byName.set(nameOf(operation), operation);
    this.#unacknowledged = [...byName.values()];
    // Made again, it may have become more.
    return kept.every((each, n) => made[n] && nameOf(each) === nameOf(made[n]));
  }

  /** Says whether operations are on their way into the outbox. */
  get isMaking(): boolean {
    return this.#made.length > 0;
  }

  /** What the learner sees; or would, if no others waited. */
  view(catalogue: Catalogue, waiting = this.waiting): Book {
    const landing = this.#landing.map(({ operation }) => operation);
    return viewOf(catalogue, this.#rows, [...landing, ...waiting]);
  }
}

function nameOf({ device, seq }: Operation): string {
  return `${device} ${seq}`;
}
