import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type {
  AddressedAct,
  Book,
  Catalogue,
  Change,
  Operation,
  ProgressRecord,
} from '../core/index.ts';
import type { Environment } from './environment.ts';
import type { Attention, DeviceStorage, Outbox } from './outbox.ts';
import { Replica } from './replica.ts';
import type { SyncPhase } from './sync.ts';
import { Sync } from './sync.ts';
import { applyUnsent, spentOn } from './view.ts';

/** Who is learning, and what it takes to keep and to send what is learnt. */
export interface LearnerOptions {
  /** Null for a guest, whose work stays on this device. */
  user: string | null;
  storage: DeviceStorage;
  environment: Environment;
  endpoint: string;
}

/** What the server loaded for a page. */
export interface Page {
  catalogue: Catalogue;
  changes: readonly Change[];
  cursor: string | null;
}

/** What acts are made from: what the learner sees, and this device's name. */
export interface Desk {
  book: Book;
  device: string;
}

/** One learner on this device: what the server has, what it has not yet, and both as one view. */
export class Learner {
  readonly #options: LearnerOptions;
  readonly #sync: Sync | null;
  readonly #replica = new Replica();
  #outbox: Promise<Outbox> | null = null;
  /** What is done to the outbox and to the view, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  #catalogue: Catalogue;
  #book: Book;
  #pending = $state.raw(0);
  #attention: readonly Attention[] = $state.raw([]);
  #phase: SyncPhase = $state.raw('idle');
  #reached = $state.raw(true);
  #serverCatalogue: string;

  constructor(options: LearnerOptions, page: Page) {
    const { catalogue, changes, cursor } = page;
    this.#options = options;
    this.#sync = options.user === null ? null : this.#createSync(options.user);
    this.#sync?.begin(cursor);
    this.#replica.merge(changes);
    this.#catalogue = catalogue;
    this.#serverCatalogue = $state.raw(catalogue.version);
    this.#book = $state.raw(reactive(this.#replica.view(catalogue)));
  }

  /** Null for a guest. */
  get user(): string | null {
    return this.#options.user;
  }

  /** What the learner sees; every entry is reactive by itself. */
  get book(): Book {
    return this.#book;
  }

  /** How many operations the server has not acknowledged. */
  get pending(): number {
    return this.#pending;
  }

  get attention(): readonly Attention[] {
    return this.#attention;
  }

  get phase(): SyncPhase {
    return this.#phase;
  }

  /** Says whether our server answered the last request. */
  get reached(): boolean {
    return this.#reached;
  }

  /** The version of the catalogue that the server has. */
  get serverCatalogue(): string {
    return this.#serverCatalogue;
  }

  /** The record as the server last sent it. */
  record(contentId: string): ProgressRecord | undefined {
    return this.#replica.row(contentId)?.record;
  }

  /** Takes in what the server loaded for another page, or for the same one again. */
  load({ catalogue, changes, cursor }: Page): void {
    this.#sync?.begin(cursor);
    this.#replica.merge(changes);
    this.#serverCatalogue = catalogue.version;
    if (catalogue === this.#catalogue) return this.#show();
    this.#catalogue = catalogue;
    this.#replica.turnPage();
    this.#book = reactive(this.#replica.view(catalogue));
  }

  /**
   * Does what `make` says, after all that was asked for before. Resolves when it is kept on this
   * device and shows.
   */
  act(make: (desk: Desk) => readonly AddressedAct[]): Promise<void> {
    const at = this.#options.environment.now();
    return this.#inTurn(async (outbox) => {
      const { device } = await outbox.identity();
      const acts = make({ book: this.#book, device });
      if (acts.length === 0) return;
      this.#add(await outbox.add(acts.map((act) => ({ ...act, at }))));
      this.#sync?.send();
    });
  }

  dismiss(operation: Operation): Promise<void> {
    return this.#inTurn(async (outbox) => {
      await outbox.dismiss(operation);
      this.#attention = await outbox.attention();
    });
  }

  start(): void {
    void this.#reread();
    this.#sync?.start();
  }

  stop(): void {
    this.#sync?.stop();
  }

  /** Asks the server for changes and sends what waits. */
  retry(): void {
    this.#sync?.retry();
  }

  /** Sends what waits in a way that outlives the page. */
  leave(): void {
    void this.#sync?.leave();
  }

  #createSync(user: string): Sync {
    const { endpoint, environment } = this.#options;
    return new Sync({
      user,
      endpoint,
      environment,
      outbox: () => this.#openOutbox(),
      catalogue: () => this.#catalogue.version,
      spentOf: (device, contentId) => spentOn(this.#replica.row(contentId)?.state, device),
      onAnswer: (answer, sent) => {
        this.#replica.takeIn(answer, sent);
        this.#serverCatalogue = answer.catalogue;
      },
      onSettled: () => this.#reread(),
      onPhase: (phase, reached) => {
        this.#phase = phase;
        this.#reached = reached;
      },
    });
  }

  #openOutbox(): Promise<Outbox> {
    const { storage, user, environment } = this.#options;
    this.#outbox ??= storage.outbox(user ?? `guest ${environment.newId()}`);
    return this.#outbox;
  }

  #inTurn(work: (outbox: Outbox) => Promise<void>): Promise<void> {
    const done = this.#turn.then(async () => work(await this.#openOutbox()));
    // Whoever asked hears of a failure; it does not stop what comes after.
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #reread(): Promise<void> {
    return this.#inTurn(async (outbox) => {
      this.#replica.setUnacknowledged(await outbox.unacknowledged());
      this.#pending = this.#replica.pending;
      this.#attention = await outbox.attention();
      this.#show();
    });
  }

  #add(kept: readonly Operation[]): void {
    this.#replica.addUnacknowledged(kept);
    this.#pending = this.#replica.pending;
    for (const operation of kept) applyUnsent(this.#catalogue, this.#book, operation);
  }

  /** Makes the view anew and puts in what differs, so that only what changed is drawn again. */
  #show(): void {
    untrack(() => {
      const view = this.#replica.view(this.#catalogue);
      replaceChanged(this.#book.states, view.states);
      replaceChanged(this.#book.rollUps, view.rollUps);
    });
  }
}

function reactive({ states, rollUps }: Book): Book {
  return { states: new SvelteMap(states), rollUps: new SvelteMap(rollUps) };
}

function replaceChanged<T>(shown: Map<string, T>, view: ReadonlyMap<string, T>): void {
  for (const [id, value] of view) {
    const known = shown.get(id);
    if (known === value || JSON.stringify(known) === JSON.stringify(value)) continue;
    shown.set(id, value);
  }
}
