import type { Change, Operation } from '../core/index.ts';
import type { Attention, Note, Outbox, TimedAct } from './outbox.ts';

/**
 * A learner as a device knows them: a user of the site, or one of its guests. Opaque but for
 * `userOf`.
 */
export type LearnerKey = `user ${string}` | `guest ${string}`;

/** The key of a user of the site. */
export function userKey(user: string): LearnerKey {
  return `user ${user}`;
}

/** The user's id; null for a guest. */
export function userOf(learner: LearnerKey): string | null {
  return learner.startsWith('user ') ? learner.slice('user '.length) : null;
}

/** The server's rows as a device last got them, to show before the server has been asked. */
export interface Rows {
  changes: Change[];
  /** Where they end in the learner's changes; null when there is nothing yet. */
  cursor: string | null;
}

/** Rows that follow on those up to `after`; `reset`: that take the place of all. */
export interface FollowingRows extends Rows {
  after: string | null;
  reset?: boolean;
}

/** Work that waits on the device, and whose it is. */
export interface Waiting {
  learner: LearnerKey;
  /** The only user to whom a guest's work is still offered; null: to whoever signs in. */
  reservedFor: string | null;
  operations: Operation[];
  attention: Attention[];
}

/**
 * What a device keeps of the learners who use it, shared by all its tabs. Every call but `note` is one step:
 * another tab sees all of it or nothing.
 */
export interface DeviceStorage {
  /** False when what is kept goes with the page: the browser keeps nothing for this site. */
  readonly durable: boolean;

  /**
   * Keeps what a learner did before it has numbers: it is on its way to the disk when this returns, and the
   * page may go in the next moment. `Outbox.add` takes the note's place; of those that are left, `recover`
   * makes operations.
   */
  note(learner: LearnerKey, acts: readonly TimedAct[]): Note;
  /**
   * Adds to the outboxes what was noted by pages that had gone before they could. Says whether there
   * was any. `now`: milliseconds since 1970 by this device's clock.
   */
  recover(now: number): Promise<boolean>;

  /**
   * A user has signed in here, or, with null, nobody is: then the device's guest learns on. After a
   * user that is a new one, or `guest` when a page knows who it was and the storage does not any
   * more. Nothing stays of those who left but operations that nobody has acknowledged: their rows are
   * deleted, and so is a guest who made no mark (see `isMark`).
   */
  enter(user: string | null, guest?: LearnerKey): Promise<LearnerKey>;
  /** Who entered last; a new guest if nobody has. */
  here(): Promise<LearnerKey>;
  /** Who entered last; null if nobody has. */
  present(): Promise<LearnerKey | null>;

  /** A learner's outbox; made at first use. */
  outbox(learner: LearnerKey): Promise<Outbox>;

  rows(learner: LearnerKey): Promise<Rows>;
  /**
   * Adds rows, or replaces those of the same ids. The cursor moves if the rows follow on it: what found
   * no room before them is asked for again. `reset` drops all others.
   * Does nothing for a learner who is not here any more.
   */
  keepRows(learner: LearnerKey, rows: FollowingRows): Promise<void>;

  /** All work that waits here, whoever did it; learners without any are left out. */
  waiting(): Promise<Waiting[]>;
  /**
   * Gives a guest's work to a user: in one step it leaves the guest and waits in the user's outbox,
   * re-made as operations of a fresh device (see `remake`). Without such work it does nothing.
   */
  adopt(guest: LearnerKey, user: string): Promise<void>;
  /** From now on a guest's work is offered to this user alone. */
  reserve(guest: LearnerKey, user: string): Promise<void>;
  /** Deletes all work of a learner that waits here, and what was refused. */
  discard(learner: LearnerKey): Promise<void>;
  /**
   * Puts operations into a learner's outbox as they are, counted as sent. What is there under the
   * same device and number stays.
   */
  deposit(learner: LearnerKey, operations: readonly Operation[]): Promise<void>;

  /**
   * Lets one holder at a time have a lease, for browsers that cannot lock. Says whether this one
   * has it until `now + ms`; asking again extends it, 0 ms gives it back.
   */
  lease(holder: string, time: { now: number; ms: number }): Promise<boolean>;
}

/** Says whether an operation is more than a visit: worth asking a guest what to do with it. */
export function isMark({ kind }: Operation): boolean {
  return kind !== 'opened' && kind !== 'spent';
}

/** How many units operations are about, visits aside. */
export function unitsMarked(operations: readonly Operation[]): number {
  return new Set(operations.filter(isMark).map(({ contentId }) => contentId)).size;
}
