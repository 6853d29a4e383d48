import type { Operation } from '../core/index.ts';
import type { DeviceStorage, LearnerKey, Waiting } from './device-storage.ts';
import { unitsMarked, userOf } from './device-storage.ts';
import type { Learner } from './learner.svelte.ts';
import type { Tabs } from './tabs.ts';

/** Work that waits on this device and is not the learner's own. */
export interface Work {
  /** Names it; opaque. */
  learner: LearnerKey;
  /** How many units it is about, visits aside. */
  units: number;
  /** When the first and the last of it was done, in milliseconds since 1970 by this device's clock. */
  from: number;
  to: number;
}

/** What a device is made of. */
export interface DeviceOptions {
  storage: () => Promise<DeviceStorage>;
  tabs: Tabs;
  /** Who is learning now. */
  learner: () => Learner;
}

/** What this device keeps besides the learner's own progress, and what may be done with it. */
export class Device {
  readonly #options: DeviceOptions;
  #waiting: readonly Waiting[] = $state.raw([]);

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  /** Says whether the device has told what it keeps of the learner, so that what is said of it is so. */
  get known(): boolean {
    return this.#options.learner().known;
  }

  /** Says whether what is done here outlives the page; if not, it is safe only once it is sent. */
  get durable(): boolean {
    return this.#options.learner().durable;
  }

  /** In how many units something that the learner did waits for the server, visits aside. */
  get waitingUnits(): number {
    return unitsMarked(this.#options.learner().waiting);
  }

  /** What guests did here, for the signed-in learner to add, to refuse or to put off. */
  get offers(): readonly Work[] {
    const { user, later } = this.#options.learner();
    if (user === null) return [];
    return this.#work(
      ({ learner, reservedFor }) =>
        userOf(learner) === null &&
        (reservedFor === null || reservedFor === user) &&
        !later.includes(learner),
    );
  }

  /** What waits here for others, until they sign in. */
  get others(): readonly Work[] {
    const { user } = this.#options.learner();
    return this.#work(({ learner, reservedFor }) => {
      if (userOf(learner) === null) return reservedFor !== null && reservedFor !== user;
      return userOf(learner) !== user;
    });
  }

  /** Looks again what waits here. */
  async look(): Promise<void> {
    const storage = await this.#options.storage();
    this.#waiting = await storage.waiting();
  }

  /** Looks who uses this browser by now, and has `ProgressState.replaced` say whether it is somebody else. */
  async lookWhoIsHere(): Promise<void> {
    const present = await (await this.#options.storage()).present();
    if (present) await this.#options.learner().hear({ kind: 'entered', learner: present });
  }

  /** Adds a guest's work to the signed-in learner's own. It shows at once and is sent like any other. */
  async add({ learner: guest }: Work): Promise<void> {
    const learner = this.#options.learner();
    const { user } = learner;
    if (user === null) throw new Error('A guest has no account to add work to: sign in first.');
    await this.#decide((storage) => storage.adopt(guest, user));
    await learner.reread();
    learner.retry();
  }

  /** Leaves a guest's work for another visit; from now on it is offered to nobody else. */
  async putOff({ learner: guest }: Work): Promise<void> {
    const { user, later } = this.#options.learner();
    later.push(guest);
    if (user !== null) await this.#decide((storage) => storage.reserve(guest, user));
  }

  /** Deletes what waits: it is nobody's any more. */
  async discard({ learner }: Work): Promise<void> {
    await this.#decide((storage) => storage.discard(learner));
  }

  /** Deletes what the learner did and the server does not have. */
  async discardOwn(): Promise<void> {
    const learner = this.#options.learner();
    await learner.discard();
    const key = await learner.key();
    await this.#decide((storage) => storage.discard(key));
    await learner.reread();
  }

  /**
   * From now on nobody is here, until a page says who. Said before the server is asked to sign out, or
   * to sign in somebody who may be another: its answer may be the last that the network brings, and a
   * copy shows whoever is here.
   */
  async forget(): Promise<void> {
    await (await this.#options.storage()).enter(null);
  }

  /** The operations that wait, for somebody to take them along. */
  export({ learner }: Work): readonly Operation[] {
    const work = this.#waiting.find((each) => each.learner === learner);
    return work ? [...work.operations, ...work.attention.map(({ operation }) => operation)] : [];
  }

  /** What waits of whom; mere visits are nothing to decide about. */
  #work(of: (waiting: Waiting) => boolean): readonly Work[] {
    return this.#waiting
      .filter(of)
      .map(workOf)
      .filter(({ units }) => units > 0);
  }

  async #decide(work: (storage: DeviceStorage) => Promise<void>): Promise<void> {
    await work(await this.#options.storage());
    await this.look();
    this.#options.tabs.tell({ kind: 'decided' });
  }
}

function workOf({ learner, operations, attention }: Waiting): Work {
  const all = [...operations, ...attention.map(({ operation }) => operation)];
  const times = all.map(({ at }) => at);
  return {
    learner,
    units: unitsMarked(all),
    from: Math.min(...times),
    to: Math.max(...times),
  };
}
