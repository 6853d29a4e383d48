import { untrack } from 'svelte';
import type {
  AddressedAct,
  Book,
  Catalogue,
  Change,
  Operation,
  ProgressRecord,
  SyncResponse,
} from '../core/index.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { userOf } from './device-storage.ts';
import type { Environment } from './environment.ts';
import type { Opened, Who } from './learner-storage.ts';
import { LearnerStorage } from './learner-storage.ts';
import type { Attention, Outbox } from './outbox.ts';
import { bringTo, reactiveBook } from './reactive-book.ts';
import { Replica } from './replica.ts';
import type { Question, SyncPhase } from './sync.ts';
import { Sync } from './sync.ts';
import type { News, Tabs } from './tabs.ts';
import { applyUnsent, spentOn } from './view.ts';

/** Who is learning, and what it takes to keep and to send what is learnt. */
export interface LearnerOptions {
  who: Who;
  storage: () => Promise<DeviceStorage>;
  tabs: Tabs;
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
  readonly #replica = new Replica();
  readonly #storage: LearnerStorage;
  /** Whose work the learner put off: they are asked again at the next visit. */
  readonly later: LearnerKey[] = [];
  #sync: Sync | null = null;
  #listening = false;
  #rereading: Promise<void> | null = null;
  /** The own device, once the outbox is open. */
  #device: string | null = null;
  /** The highest number that the own device is known to have given. */
  #lastSeq = 0;

  #page: Page;
  #book: Book;
  #user: string | null = $state.raw(null);
  #known = $state.raw(false);
  /** What the storage keeps outlives the page. */
  #outlives = $state.raw(true);
  /** The name under which acts found room in memory alone. */
  #overflowing: string | null = null;
  #replaced = $state.raw(false);
  /** Made anew with every change of the replica: what is read of that past the book follows this. */
  #waiting: readonly Operation[] = $state.raw([]);
  /** How many operations the server has not acknowledged. */
  readonly pending = $derived(this.#waiting.length);
  #attention: readonly Attention[] = $state.raw([]);
  #phase: SyncPhase = $state.raw('idle');
  #reached = $state.raw(true);
  #serverCatalogue: string;

  constructor(options: LearnerOptions, page: Page) {
    this.#options = options;
    this.#storage = new LearnerStorage({
      who: options.who,
      storage: options.storage,
      newId: options.environment.newId,
      onEnter: (opened) => this.#entered(opened),
      known: () => this.#replica.unacknowledged,
    });
    this.#user = options.who === 'here' ? null : options.who.user;
    this.#page = page;
    this.#replica.merge(page.changes);
    this.#serverCatalogue = $state.raw(page.catalogue.version);
    this.#book = $state.raw(reactiveBook(this.#replica.view(page.catalogue)));
  }

  /** Null for a guest. */
  get user(): string | null {
    return this.#user;
  }

  /** Says whether what the device keeps is in the book. */
  get known(): boolean {
    return this.#known;
  }

  /** Says whether this device keeps what was done when the page is closed. */
  get durable(): boolean {
    const isInPage = ({ device }: Operation) => device === this.#overflowing;
    return this.#outlives && !this.#waiting.some(isInPage);
  }

  /** Somebody else uses this browser by now, in another tab. */
  get replaced(): boolean {
    return this.#replaced;
  }

  /** What the learner sees; every entry is reactive by itself. */
  get book(): Book {
    return this.#book;
  }

  /** The operations that the server has not acknowledged. Reactive as a whole. */
  get waiting(): readonly Operation[] {
    return this.#waiting;
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

  /** Says whether there is anything of the learner on this device. Reactive. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#replica.isEmpty;
  }

  /** What the learner sees of other content than the page's. Reactive as a whole. */
  bookOf(catalogue: Catalogue): Book {
    return this.#replica.view(catalogue, this.#waiting);
  }

  /** Takes in what the server loaded for another page, or for the same one again. */
  load(page: Page): void {
    const { catalogue, changes } = page;
    const isSame = catalogue === this.#page.catalogue;
    this.#page = page;
    this.#replica.merge(changes);
    this.#serverCatalogue = catalogue.version;
    if (isSame) return this.#show();
    this.#replica.turnPage();
    this.#waiting = this.#replica.waiting;
    this.#book = reactiveBook(this.#replica.view(catalogue));
  }

  /**
   * Does what `make` says; it shows at once. Resolves when it is kept on this device. Where only the
   * device knows what was done so far (a guest's work, the device's totals), it waits until it was asked.
   */
  async act(
    make: (desk: Desk) => readonly AddressedAct[],
    { needsDevice = false } = {},
  ): Promise<void> {
    const { environment, who } = this.#options;
    const at = environment.now();
    const isGuest = who === 'here' || who.user === null;
    if (needsDevice) await this.#storage.inTurn(() => this.#storage.open());
    else if (isGuest && this.#device === null) await this.#storage.open();
    const timed = (desk: Desk) =>
      untrack(() => make(desk)).map((act) => ({ ...act, at, device: desk.device }));
    const device = this.#device ?? NOT_ASKED_YET;
    const acts = timed({ book: this.#book, device });
    if (acts.length === 0) return;
    // What is on its way into the outbox gets its name there: only then can it be referred to.
    const isEarly = device === NOT_ASKED_YET || this.#replica.isMaking;
    const made = this.#replica.make(acts, this.#lastSeq);
    // On its way before anything is drawn: drawing takes long on a slow phone. A number would have to be
    // asked for; and before the own device is known, what is taken back may have no name yet.
    const isNamed = device !== NOT_ASKED_YET || acts.every(({ kind }) => kind !== 'reopened');
    const note = isNamed ? this.#storage.note(acts) : undefined;
    untrack(() => this.#apply(made));
    // The device has another name since its outbox was lost, and time is told as its total.
    const named = () => (isEarly || device !== this.#device ? timed(this.#namedDesk) : acts);
    const add = (outbox: Outbox) => outbox.add(named(), note);
    await this.#storage.inTurn(() => this.#keep(made, { add, isEarly }));
    this.#options.tabs.tell({ kind: 'kept', learner: await this.key() });
    this.#sync?.send();
  }

  /** What was made gets into the outbox, and so its names. */
  async #keep(
    made: readonly Operation[],
    { add, isEarly }: { add: (outbox: Outbox) => ReturnType<Outbox['add']>; isEarly: boolean },
  ): Promise<void> {
    try {
      const kept = await this.#storage.use(add);
      const isAsGuessed = this.#replica.keep(made, kept ?? []);
      if (!kept) return await this.#storage.use((outbox) => this.#readOutbox(outbox));
      for (const { device, seq } of kept) {
        if (device === this.#device) this.#lastSeq = Math.max(this.#lastSeq, seq);
        else this.#overflowing = device;
      }
      if (isEarly || !isAsGuessed) this.#show();
    } catch (error) {
      this.#replica.keep(made);
      this.#show();
      throw error;
    }
  }

  /** What acts are made from once all before them is in the outbox. */
  get #namedDesk(): Desk {
    const book = this.#replica.view(this.#page.catalogue, this.#replica.unacknowledged);
    return { book, device: this.#device! };
  }

  async dismiss(operation: Operation): Promise<void> {
    await this.#storage.use((outbox) => outbox.dismiss(operation));
    await this.#rereadOutbox();
  }

  /** Deletes what waits in the outbox, wherever that is by now. */
  async discard(): Promise<void> {
    await this.#storage.use((outbox) => outbox.discard());
  }

  /** Begins to send, and reads what the device keeps. */
  start(): void {
    this.#listening = true;
    void this.#storage.open().then(() => this.#listening && this.#sync?.start());
  }

  /** Ends what `start` began. */
  stop(): void {
    this.#listening = false;
    this.#sync?.stop();
  }

  /**
   * Asks the server for changes and sends what waits, unless it asked to be left alone; also what was
   * noted by a tab that has gone.
   */
  retry(): void {
    this.#sync?.retry();
    void this.#recover();
  }

  async #recover(): Promise<void> {
    const { storage, environment, tabs } = this.#options;
    if (!(await (await storage()).recover(environment.now()).catch(() => false))) return;
    tabs.tell({ kind: 'decided' });
    await this.#rereadOutbox();
    this.#sync?.send();
  }

  /** They have signed in again. It might have been somebody else, so they were perhaps forgotten. */
  comeBack(): void {
    void this.#options.storage().then((storage) => storage.enter(this.#user));
    this.retry();
  }

  /** Sends what waits in a way that outlives the page. */
  leave(): void {
    void this.#sync?.leave();
  }

  /** The learner's name on this device. */
  async key(): Promise<LearnerKey> {
    return (await this.#storage.open()).key;
  }

  /** Reads again all that the device keeps: the page has slept, or the outbox was changed past it. */
  async reread(): Promise<void> {
    const { storage, key } = await this.#storage.open();
    const rows = await storage.rows(key);
    if (rows.cursor !== null) this.#replica.follow(rows);
    await this.#rereadOutbox();
  }

  /** Takes in what another tab told. */
  async hear(news: News): Promise<void> {
    const { key } = await this.#storage.open();
    if (news.kind === 'entered') this.#replaced = news.learner !== key;
    if (news.kind !== 'decided' && news.learner !== key) return;
    if (news.kind === 'kept' && news.rows) {
      this.#replica.follow(news.rows);
      // Its tab was answered, and that led on: so it will for this one, which was not.
      if (!this.#reached && news.rows.cursor !== news.rows.after) this.retry();
    }
    await this.#rereadOutbox();
  }

  async #entered({ key, storage, outbox, hasEntered }: Opened): Promise<void> {
    const { cursor, changes } = await storage.rows(key);
    // What is kept of other pages too goes on from its own end, else from the page's.
    this.#replica.follow({ changes, cursor: storage.durable ? cursor : this.#page.cursor });
    this.#user = userOf(key);
    this.#outlives = storage.durable;
    if (this.#user !== null) this.#sync ??= this.#createSync(this.#user, key);
    await this.#readOutbox(outbox);
    this.#known = true;
    if (hasEntered) this.#options.tabs.tell({ kind: 'entered', learner: key });
  }

  #createSync(user: string, key: LearnerKey): Sync {
    const { endpoint, environment, tabs } = this.#options;
    return new Sync({
      user,
      endpoint,
      environment,
      use: (work) => this.#storage.use(work),
      alone: (work) => tabs.alone(key, work),
      cursor: () => this.#replica.cursor,
      catalogue: () => this.#page.catalogue.version,
      spentOf: (device, contentId) => spentOn(this.#replica.row(contentId)?.state, device),
      onAnswer: (answer, question) => this.#takeIn(answer, question),
      onSettled: () => this.#rereadOutbox(),
      onPhase: (phase, reached) => {
        this.#phase = phase;
        this.#reached = reached;
      },
      onSomebodyElse: () => {
        this.#replaced = true;
      },
    });
  }

  async #takeIn(answer: SyncResponse, question: Question): Promise<void> {
    this.#replica.takeIn(answer, question);
    this.#serverCatalogue = answer.catalogue;
    const { storage, key } = await this.#storage.open();
    const { changes, cursor, reset = false } = answer;
    const rows = { changes, cursor, after: question.cursor, reset };
    // With no room for them they are shown all the same, and asked for again by the next page.
    await storage.keepRows(key, rows).catch(() => undefined);
    this.#options.tabs.tell({ kind: 'kept', learner: key, rows });
  }

  /** However many ask for it, as other tabs tell of each mark: what has not begun yet serves them all. */
  #rereadOutbox(): Promise<void> {
    return (this.#rereading ??= this.#storage.inTurn(() => {
      this.#rereading = null;
      return this.#storage.use((outbox) => this.#readOutbox(outbox));
    }));
  }

  async #readOutbox(outbox: Outbox): Promise<void> {
    const { device, lastSeq } = await outbox.identity();
    const operations = await outbox.unacknowledged();
    this.#attention = await outbox.attention();
    this.#replica.setUnacknowledged(operations);
    this.#lastSeq = lastSeq;
    this.#device = device;
    this.#show();
  }

  #apply(operations: readonly Operation[]): void {
    this.#waiting = this.#replica.waiting;
    for (const operation of operations) {
      applyUnsent(this.#page.catalogue, this.#book, operation);
    }
  }

  /** Makes the view anew and puts in what differs, so that only what changed is drawn again. */
  #show(): void {
    untrack(() => {
      this.#waiting = this.#replica.waiting;
      const view = this.#replica.view(this.#page.catalogue);
      bringTo(this.#book, view);
    });
  }
}

/** Stands for the own device until its storage has told its name. */
const NOT_ASKED_YET = '';
