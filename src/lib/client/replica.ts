import type { Book, Catalogue, Change, Operation, SyncResponse } from '../core/index.ts';
import { viewOf } from './view.ts';

/** What this device knows of one learner: the server's rows, and operations that are not in them. */
export class Replica {
  readonly #rows = new Map<string, Change>();
  /** By rising seq. */
  #unacknowledged: ReadonlyMap<number, Operation> = new Map();
  /** The server has answered for these, but rows that show it are still to come. */
  #landing: { operation: Operation; deferred: boolean }[] = [];

  /** How many operations the server has not acknowledged. */
  get pending(): number {
    return this.#unacknowledged.size;
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
      if (!known || known.record.revision <= revision) this.#rows.set(contentId, change);
    }
  }

  /**
   * Takes in the answer to some operations. They still count until the last page of changes is
   * there; what this server does not know yet, as long as the catalogue stays.
   */
  takeIn({ changes, results, more }: SyncResponse, sent: readonly Operation[]): void {
    this.merge(changes);
    const statusOf = new Map(results.map(({ seq, status }) => [seq, status]));
    const landed = sent.flatMap((operation) => {
      const status = statusOf.get(operation.seq) ?? 'rejected';
      return status === 'rejected' ? [] : [{ operation, deferred: status === 'deferred' }];
    });
    this.#landing = [...this.#landing, ...landed].filter(({ deferred }) => more || deferred);
  }

  /** Forgets what counted only as long as the catalogue stayed. */
  turnPage(): void {
    this.#landing = this.#landing.filter(({ deferred }) => !deferred);
  }

  /** Replaces what is known of the outbox. */
  setUnacknowledged(operations: readonly Operation[]): void {
    this.#unacknowledged = new Map(operations.map((each) => [each.seq, each]));
  }

  /** Adds to what is known of the outbox. */
  addUnacknowledged(operations: readonly Operation[]): void {
    this.setUnacknowledged([...this.#unacknowledged.values(), ...operations]);
  }

  /** What the learner sees. */
  view(catalogue: Catalogue): Book {
    const landing = this.#landing.map(({ operation }) => operation);
    return viewOf(catalogue, this.#rows, [...landing, ...this.#unacknowledged.values()]);
  }
}
