import { untrack } from 'svelte';
import type {
  Act,
  Book,
  Catalogue,
  CompletedBy,
  ContainerProgress,
  Item,
  ItemState,
  Json,
  Loaded,
  Next,
  Operation,
  Outline,
  ProgressRecord,
} from '../core/index.ts';
import {
  completing,
  continueAt,
  isUnit,
  next,
  openOutline,
  progressOf,
  progressOfContainer,
  reopening,
  restarting,
  toRecord,
  UNTOUCHED,
} from '../core/index.ts';
import { Device } from './device.svelte.ts';
import type { DeviceStorage } from './device-storage.ts';
import type { Environment } from './environment.ts';
import { systemEnvironment } from './environment.ts';
import { copy, wholePercentage } from './given-values.ts';
import type { LearnerOptions } from './learner.svelte.ts';
import { Learner } from './learner.svelte.ts';
import { Leaving } from './leaving.ts';
import { openStorage } from './open-storage.ts';
import type { Attention } from './outbox.ts';
import { watchPage } from './page.ts';
import type { Tabs } from './tabs.ts';
import { browserTabs } from './tabs.ts';
import { bookOfWhole, spentOn, wholeOf } from './view.ts';

/** How a `ProgressState` begins. All but `loaded` has a default. */
export interface ProgressStateOptions extends Partial<Environment> {
  /** What the server loaded for this page. */
  loaded: Loaded;
  /** Where operations are sent; `/api/progress/sync` when absent. */
  endpoint?: string;
  /** Where operations wait; in the browser's IndexedDB when absent, or in memory where it is blocked. */
  storage?: DeviceStorage;
  /** The other tabs of this browser. */
  tabs?: Tabs;
}

/**
 * Whether what was done is safe: `saved`; on its way (`saving`); waiting for the network or the
 * server (`offline`) or for the learner to sign in again (`signed-out`); refused
 * (`needs-attention`); or, of a guest, on this device alone (`on-device`).
 */
export type SyncState =
  'saved' | 'saving' | 'offline' | 'signed-out' | 'needs-attention' | 'on-device';

/** How much of a container is done. */
export type Summary = Pick<
  ContainerProgress,
  'status' | 'progressPercentage' | 'completed' | 'total' | 'newSinceCompletion'
>;

/**
 * A learner's progress on what is being read, reactive. What the learner does shows at once and
 * goes to the server as soon as it can; what was done elsewhere comes back with it.
 *
 * Made in a layout, on the server as in the browser, and handed down by `setProgress`. Every id may
 * be an item's own or one of its aliases; one that the outline does not hold throws.
 */
export class ProgressState {
  /** What every learner is given, whoever it is. */
  readonly #means: Omit<LearnerOptions, 'who'>;
  /** What else this device keeps, and for whom. */
  readonly device: Device;
  #loaded: Loaded;
  #listening: AbortController | null = null;
  #catalogue: Catalogue;
  readonly #whole: Item;
  #learner: Learner;
  #browserOnline = $state.raw(true);
  readonly #leaving = new Leaving();

  constructor(options: ProgressStateOptions) {
    const { loaded, endpoint = '/api/progress/sync', storage: kept, tabs, ...given } = options;
    const environment = { ...systemEnvironment(), ...given };
    const storage = openStorage(environment, kept);
    this.#means = {
      endpoint,
      environment,
      storage,
      tabs: tabs ?? browserTabs(storage, environment),
    };
    this.#loaded = loaded;
    const catalogue = openOutline(loaded.outline);
    this.#catalogue = $state.raw(catalogue);
    this.#whole = $derived(wholeOf(this.#catalogue));
    this.#learner = $state.raw(this.#begin(loaded, catalogue));
    this.device = new Device({ ...this.#means, learner: () => this.#learner });
  }

  /** The outline that is being read. */
  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** Null for a guest. */
  get user(): string | null {
    return this.#learner.user;
  }

  /**
   * False as long as what shows may not be what this device knows: of a guest, or in a copy that was
   * kept for when it is offline, until the device has been asked.
   */
  get known(): boolean {
    const isFromServer = this.#loaded.user !== null && !this.#loaded.copy;
    return isFromServer || this.#learner.known;
  }

  /** Says whether the learner has done nothing yet, as far as this device knows. */
  get isEmpty(): boolean {
    return this.#learner.isEmpty;
  }

  /** How many operations the server has not acknowledged. */
  get pending(): number {
    return this.#learner.pending;
  }

  /** Those operations: an attempt among them has not been graded yet. Reactive as a whole. */
  get waiting(): readonly Operation[] {
    return this.#learner.waiting;
  }

  /** False when the browser is offline, or the last request did not reach our server. */
  get online(): boolean {
    return this.#browserOnline && this.#learner.reached;
  }

  get sync(): SyncState {
    const { user, phase, attention, pending } = this.#learner;
    if (user === null) return 'on-device';
    if (phase === 'signed-out') return 'signed-out';
    if (!this.online) return 'offline';
    if (pending > 0) return 'saving';
    return attention.length > 0 ? 'needs-attention' : 'saved';
  }

  /**
   * What the server refused for good, and marks from before a restart elsewhere, oldest first. It does
   * not show in the progress.
   */
  get attention(): readonly Attention[] {
    return this.#learner.attention;
  }

  /** Says whether the server holds other content than `catalogue`: load the page's data again. */
  get outdated(): boolean {
    return this.#learner.serverCatalogue !== this.#catalogue.version;
  }

  /**
   * Says whether somebody else uses this browser by now: signed in or out in another tab. Reload the
   * whole page then, so that nothing in it stays of who was here.
   */
  get replaced(): boolean {
    return this.#learner.replaced;
  }

  /** The record of an item, as the API would show it; `userId` is empty for a guest. */
  get(id: string): ProgressRecord {
    const item = this.#item(id);
    const { book, user } = this.#learner;
    const stored = this.#learner.record(item.id);
    const key = {
      id: stored?.id ?? null,
      userId: user ?? '',
      contentId: item.id,
      contentType: item.type,
      revision: stored?.revision ?? 0,
    };
    return toRecord(key, progressOf(this.#catalogue, book, item));
  }

  /** How much of a container is done; without an id, of all that the outline holds. */
  summary(id?: string): Summary {
    if (id === undefined) return progressOfContainer(this.#catalogue, this.#wholeBook, this.#whole);
    const item = this.#item(id);
    if (isUnit(item)) throw new Error(`"${id}" is a ${item.type}: use get("${id}").`);
    return progressOfContainer(this.#catalogue, this.#learner.book, item);
  }

  /** Where to go from an item; without one, from the start. */
  next(from?: string): Next {
    const place = { course: this.#whole, ...(from !== undefined && { from: this.#item(from) }) };
    return next(this.#catalogue, this.#wholeBook, place);
  }

  /** Where the learner goes on. */
  get continueAt(): Next {
    return continueAt(this.#catalogue, this.#wholeBook, this.#whole);
  }

  /** What the learner has done in `catalogue`, to be read by the rules: `explain`, `summarise` … */
  get book(): Book {
    return this.#learner.book;
  }

  /** The same of other content, such as the whole site's; reactive as a whole. */
  bookOf(catalogue: Catalogue): Book {
    return this.#learner.bookOf(catalogue);
  }

  /**
   * Completes an item; of a container, every required unit. Completing what is completed does
   * nothing. Resolves with the exercises that stay open, because only the server's grading
   * completes them.
   */
  complete(id: string, by: CompletedBy = 'button'): Promise<readonly Item[]> {
    const catalogue = this.#catalogue;
    const item = this.#item(id);
    let open: readonly Item[] = [];
    return this.#learner
      .act(({ book }) => {
        const completion = completing(catalogue, book, { item, by });
        ({ open } = completion);
        return completion.acts;
      })
      .then(() => open);
  }

  /** Takes back the completions that the learner sees; of a container, of every unit. */
  reopen(id: string): Promise<void> {
    const catalogue = this.#catalogue;
    const item = this.#item(id);
    return this.#learner.act(({ book }) => reopening(catalogue, book, item));
  }

  /** Starts an item again, as if it had never been touched; of a container, every unit. */
  restart(id: string): Promise<void> {
    const catalogue = this.#catalogue;
    const item = this.#item(id);
    return this.#learner.act(({ book }) => restarting(catalogue, book, item));
  }

  /** The learner has really seen this page: not a preload, not a hidden tab. */
  open(id: string): Promise<void> {
    return this.#onUnit(id, () => ({ kind: 'opened' }));
  }

  /** A unit of several parts, or a video, has come to this percentage, 0 to 100. */
  advance(id: string, percentage: number): Promise<void> {
    const whole = wholePercentage(percentage);
    return this.#onUnit(id, () => ({ kind: 'advanced', percentage: whole }));
  }

  /** An exercise was submitted: its answers where the server grades, else its score, 0 to 100. */
  attempt(id: string, result: { answers: Json } | { score: number }): Promise<void> {
    const outcome =
      'answers' in result
        ? { answers: copy(result.answers) }
        : { score: wholePercentage(result.score) };
    const attempt = this.#means.environment.newId();
    return this.#onUnit(id, () => ({ kind: 'attempted', attempt, ...outcome }));
  }

  /** Keeps a resume point or draft answers; what was saved before is replaced. */
  save(id: string, data: Json): Promise<void> {
    const kept = copy(data);
    return this.#onUnit(id, () => ({ kind: 'saved', data: kept }));
  }

  /** Adds active time on a unit, in milliseconds. */
  spend(id: string, ms: number): Promise<void> {
    const spent = (state: ItemState, device: string): Act => ({
      kind: 'spent',
      ms: spentOn(state, device) + Math.round(ms),
    });
    return this.#onUnit(id, spent, { needsDevice: true });
  }

  /**
   * Calls back while there is still time to tell what was put off on a unit's page: it is hidden or
   * closed, or gives way to what was loaded for another. Returns how to end it, which calls back too
   * if this learner still reads the same outline.
   */
  onLeave(id: string, tell: () => void): () => void {
    const user = untrack(() => this.user);
    const isStillHere = () => this.user === user && this.#catalogue.items.has(id);
    return this.#leaving.listen(tell, isStillHere);
  }

  /** Takes a refused operation off the attention list. */
  dismiss(operation: Operation): Promise<void> {
    return this.#learner.dismiss(operation);
  }

  /**
   * Takes in what the server loaded for another page: newer progress, another outline, another
   * learner. What waits to be sent stays where it is, with the learner whose it is.
   */
  hydrate(loaded: Loaded): void {
    if (loaded === this.#loaded) return;
    untrack(() => this.#leaving.tell());
    const before = this.#loaded;
    this.#loaded = loaded;
    untrack(() => {
      const learner = this.#learner;
      if (!isOf(this.#catalogue, loaded.outline)) this.#catalogue = openOutline(loaded.outline);
      // A copy says nothing about who is learning: it is whoever learns already. Who learnt on one is
      // certain once the device has said it.
      const isCertain = !before.copy || learner.known;
      const isSame = loaded.copy || (isCertain && loaded.user === learner.user);
      if (isSame && !learner.replaced) {
        learner.load({ ...loaded, catalogue: this.#catalogue });
        if (learner.phase === 'signed-out' && !loaded.copy) learner.comeBack();
        return;
      }
      learner.stop();
      this.#learner = this.#begin(loaded, this.#catalogue);
      if (this.#listening) this.#start();
    });
  }

  /** In the browser: begins to send, and listens to the network, to other tabs, and to the page's coming and going. */
  start(): void {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    watchPage({
      signal,
      timer: this.#means.environment.timer,
      onOnline: (isOnline) => {
        this.#browserOnline = isOnline;
        if (isOnline) this.#learner.retry();
      },
      onShow: () => this.#learner.retry(),
      onLeave: () => {
        this.#leaving.tell();
        this.#learner.leave();
      },
      // The others have gone on in the meantime, and it was told nothing.
      onAwake: () => {
        void this.#learner.reread();
        void this.device.lookWhoIsHere();
        this.#learner.retry();
      },
      onMinute: () => this.#learner.retry(),
    });
    const deafen = this.#means.tabs.listen((news) => {
      void this.#learner.hear(news);
      if (news.kind === 'decided') void this.device.look();
    });
    signal.addEventListener('abort', deafen);
    this.#browserOnline = navigator.onLine;
    untrack(() => this.#start());
  }

  /** Ends what `start` began. */
  stop(): void {
    this.#listening?.abort();
    this.#listening = null;
    untrack(() => this.#learner.stop());
  }

  #start(): void {
    this.#learner.start();
    void this.device.look();
  }

  #begin({ user, copy, changes, cursor }: Loaded, catalogue: Catalogue): Learner {
    const who = copy ? 'here' : { user };
    return new Learner({ ...this.#means, who }, { catalogue, changes, cursor });
  }

  get #wholeBook(): Book {
    return bookOfWhole(this.#learner.book);
  }

  #item(id: string): Item {
    const item = this.#catalogue.items.get(id);
    if (item) return item;
    throw new Error(
      `The outline holds no item "${id}": hydrate with what the server loads for it.`,
    );
  }

  #onUnit(
    id: string,
    act: (state: ItemState, device: string) => Act,
    options: { needsDevice?: boolean } = {},
  ): Promise<void> {
    const unit = this.#item(id);
    if (!isUnit(unit)) throw new Error(`"${id}" is a ${unit.type}: name a lesson or an exercise.`);
    return this.#learner.act(({ book, device }) => {
      const state = book.states.get(unit.id) ?? UNTOUCHED;
      return [{ contentId: unit.id, epoch: state.epoch, ...act(state, device) }];
    }, options);
  }
}

/** Says whether a catalogue is what an outline opens to. */
function isOf(catalogue: Catalogue, { version, content }: Outline): boolean {
  const ids = (items: readonly { id: string }[]) => JSON.stringify(items.map(({ id }) => id));
  return catalogue.version === version && ids(catalogue.roots) === ids(content);
}
