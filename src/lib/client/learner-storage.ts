import type { Operation } from '../core/index.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Outbox } from './outbox.ts';
import { StorageLost } from './outbox.ts';

/** A user; with null, nobody who is signed in; `here`: whoever used this device last. */
export type Who = { user: string | null } | 'here';

/** One learner's part of the device's storage, open. */
export interface Opened {
  key: LearnerKey;
  storage: DeviceStorage;
  outbox: Outbox;
}

/** What a learner's storage needs from around it. */
export interface LearnerStorageOptions {
  who: Who;
  storage: () => Promise<DeviceStorage>;
  newId: () => string;
  /** The learner has entered, for the first time or again. */
  onEnter: (opened: Opened) => Promise<void>;
  /** The learner uses this device still, as far as is known here. */
  isHere: () => boolean;
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

  constructor(options: LearnerStorageOptions) {
    this.#options = options;
  }

  open(): Promise<Opened> {
    this.#opened ??= this.#enter();
    return this.#opened;
  }

  /** Does something with the outbox; if that is lost, with the one in its place. */
  async use<T>(work: (outbox: Outbox) => Promise<T>): Promise<T> {
    const opened = await this.open();
    try {
      return await work(opened.outbox);
    } catch (error) {
      if (!(error instanceof StorageLost)) throw error;
      return work((await this.#openAfter(opened)).outbox);
    }
  }

  async #enter(): Promise<Opened> {
    const { who, storage, newId, onEnter } = this.#options;
    const opened = await enterInto(await storage(), who).catch(() =>
      // Not even that can be written down: the disk is full. The page itself keeps what is done.
      enterInto(memoryStorage(newId), who),
    );
    await onEnter(opened);
    return opened;
  }

  async #openAfter(lost: Opened): Promise<Opened> {
    if ((await this.#opened) === lost) this.#opened = this.#enterAgain(lost.key);
    return this.open();
  }

  async #enterAgain(key: LearnerKey): Promise<Opened> {
    const { who, storage, isHere, known, onEnter } = this.#options;
    const again = await storage();
    // The outbox of who left is cleared away: that is no reason to push aside who came.
    const opened = isHere()
      ? await enterInto(again, who)
      : { key, storage: again, outbox: await again.outbox(key) };
    await opened.storage.deposit(opened.key, known());
    await onEnter(opened);
    return opened;
  }
}

async function enterInto(storage: DeviceStorage, who: Who): Promise<Opened> {
  const key = who === 'here' ? await storage.here() : await storage.enter(who.user);
  return { key, storage, outbox: await storage.outbox(key) };
}
