import type { Operation } from '../core/index.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { userKey, userOf } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Note, Outbox, TimedAct } from './outbox.ts';
import { StorageLost } from './outbox.ts';

/** A user; with null, nobody who is signed in; `here`: whoever used this device last. */
export type Who = { user: string | null } | 'here';

/** One learner's part of the device's storage, open. */
export interface Opened {
  key: LearnerKey;
  storage: DeviceStorage;
  outbox: Outbox;
  /** The learner is the one who uses this device now, because this page said so. */
  hasEntered: boolean;
}

/** What a learner's storage needs from around it. */
export interface LearnerStorageOptions {
  who: Who;
  storage: () => Promise<DeviceStorage>;
  newId: () => string;
  /** The learner has entered, for the first time or again. */
  onEnter: (opened: Opened) => Promise<void>;
  /** What is known here of the outbox, should it be lost. */
  known: () => readonly Operation[];
}

/**
 * One learner's part of the device's storage. The learner enters at first use, and enters again,
 * with all that this page knows, when somebody has deleted the storage underneath the page.
 */
export class LearnerStorage {
  readonly #options: LearnerStorageOptions;
  #opened: Promise<Opened> | null = null;
  #place: Pick<Opened, 'key' | 'storage'> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LearnerStorageOptions) {
    this.#options = options;
  }

  open(): Promise<Opened> {
    this.#opened ??= this.#enter();
    return this.#opened;
  }

  /** Does work once all that was to be done in its turn before has ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    // Whoever asked hears of a failure; it does not stop what comes after.
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Notes acts, if it is open and known whose they are: a user's before the outbox is. */
  note(acts: readonly TimedAct[]): Note | undefined {
    return this.#place?.storage.note(this.#place.key, acts);
  }

  /** Does something with the outbox; if that is lost, with the one in its place. */
  async use<T>(work: (outbox: Outbox) => Promise<T>): Promise<T> {
    for (let lost = 0; ; lost++) {
      const opened = await this.open();
      try {
        return await work(opened.outbox);
      } catch (error) {
        if (!(error instanceof StorageLost) || lost > MOST_LOSSES) throw error;
        // Whoever saw it first has begun already.
        if ((await this.#opened) === opened) {
          const { key } = opened;
          this.#opened = lost < MOST_LOSSES ? this.#enterAgain(key) : this.#stayInPage(key);
        }
      }
    }
  }

  async #enter(): Promise<Opened> {
    const { who, storage } = this.#options;
    const kept = await storage();
    const user = who === 'here' || who.user === null ? null : userKey(who.user);
    if (user) this.#place = { key: user, storage: kept };
    const enter = async () => {
      const opened = await enterInto(kept, who).catch((failure: unknown) => {
        if (!user) throw failure;
        // Perhaps not even that can be written down, as the disk is full. What waits there is sent all the same.
        return openOnly(kept, user);
      });
      return this.#entered(opened);
    };
    // A device that fails once may have had a bad moment.
    return enter()
      .catch(enter)
      .catch(() => this.#stayInPage());
  }

  async #enterAgain(key: LearnerKey): Promise<Opened> {
    try {
      const again = await this.#options.storage();
      const present = await again.present();
      const user = userOf(key);
      // The outbox of who left is cleared away: that is no reason to push aside who came.
      const opened =
        present === null || userOf(present) === user
          ? await enterInto(again, { user }, key)
          : await openOnly(again, key);
      return await this.#goOn(opened);
    } catch {
      return this.#stayInPage(key);
    }
  }

  /** The device keeps nothing for this page: the page itself does, and says so. */
  async #stayInPage(key?: LearnerKey): Promise<Opened> {
    const { who, newId } = this.#options;
    const storage = memoryStorage(newId);
    return this.#goOn(key ? await openOnly(storage, key) : await enterInto(storage, who));
  }

  /** Goes on in another storage with all that is known here. */
  async #goOn(opened: Opened): Promise<Opened> {
    await opened.storage.deposit(opened.key, this.#options.known());
    return this.#entered(opened);
  }

  async #entered(opened: Opened): Promise<Opened> {
    this.#place = opened;
    await this.#options.onEnter(opened);
    return opened;
  }
}

/** Losing the outbox again and again, a page gives the device up. */
const MOST_LOSSES = 3;

async function enterInto(storage: DeviceStorage, who: Who, guest?: LearnerKey): Promise<Opened> {
  const key = who === 'here' ? await storage.here() : await storage.enter(who.user, guest);
  return { ...(await openOnly(storage, key)), hasEntered: who !== 'here' };
}

/** Opens a learner's outbox, whoever uses the device. */
async function openOnly(storage: DeviceStorage, key: LearnerKey): Promise<Opened> {
  return { key, storage, outbox: await storage.outbox(key), hasEntered: false };
}
