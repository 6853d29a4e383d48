import type { Operation, SyncResponse } from '../core/index.ts';
import type { Environment } from './environment.ts';
import type { Outbox } from './outbox.ts';
import { bytesOf } from './outbox.ts';
import type { Reply } from './reply.ts';
import { readReply, UNREACHED } from './reply.ts';

/** `waiting` to try again by itself; `signed-out` until this learner signs in. */
export type SyncPhase = 'idle' | 'sending' | 'waiting' | 'signed-out';

/** What the server is sent, and asked for. */
export interface Question {
  device: string;
  batch: readonly Operation[];
  /** Changes that follow on it are asked for. */
  cursor: string | null;
}

/** What sync needs from around it. */
export interface SyncOptions {
  user: string;
  endpoint: string;
  /** Does something with the learner's outbox, and with the one that takes its place if it is lost. */
  use: <T>(work: (outbox: Outbox) => Promise<T>) => Promise<T>;
  environment: Environment;
  /** Does work while no other tab sends for this learner. */
  alone: (work: () => Promise<void>) => Promise<void>;
  /** Where what this device has of the learner's changes ends; null while it has none. */
  cursor: () => string | null;
  /** The version of the catalogue that this device holds. */
  catalogue: () => string;
  /** Milliseconds that the server has from a device on an item, as far as is known here. */
  spentOf: (device: string, contentId: string) => number;
  /** Takes in an answer; the operations that it settles leave the outbox afterwards. */
  onAnswer: (answer: SyncResponse, question: Question) => Promise<void>;
  /** The outbox has changed. */
  onSettled: () => Promise<void>;
  /** `reached`: the last request got an answer from our server. */
  onPhase: (phase: SyncPhase, reached: boolean) => void;
  /** Somebody else is signed in. */
  onSomebodyElse: () => void;
}

/** In one request. The server takes 200 operations and 256 KiB, names and versions included. */
const MOST = { operations: 200, bytes: 250 * 1024 };
/** Bytes of one operation that the server takes, and more: what it carries is at most 16 KiB. */
const LARGEST = 32 * 1024;
/** Bytes that browsers let a page have on their way when it is left; 64 KiB with all around. */
const MOST_KEPT_ALIVE = 60 * 1024;
/** A request that takes longer is given up, and the next one is smaller. */
const TIMEOUT = 30_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 5 * 60_000;

interface Flight {
  bytes: number;
  device: string;
  /** The highest seq in it. */
  lastSeq: number;
  keepalive: boolean;
}

/**
 * Carries one learner's operations to the server, and what changed there back: one request at a
 * time, oldest operation first, until nothing waits. Nothing leaves the outbox before the server
 * has answered for it, so a request may be lost, cut off or sent twice.
 */
export class Sync {
  readonly #options: SyncOptions;
  /** The server knows no higher number of this device than the device itself. */
  #verified = false;
  #phase: SyncPhase = 'idle';
  #reached = true;
  #started = false;
  #running = false;
  /** There may be something to send. */
  #due = false;
  /** The server is asked for changes even if there is nothing to send. */
  #pull = false;
  /** The server did not understand the last request: the cursor may be why. */
  #fromStart = false;
  #flight: Flight | null = null;
  #most = MOST.operations;
  #failures = 0;
  /** The server asked to be left alone for a time. */
  #isSentAway = false;
  #cancelWait: () => void = () => undefined;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  start(): void {
    this.#started = true;
    this.send();
  }

  /** Sends nothing more; a request on its way is still heard out. */
  stop(): void {
    this.#started = false;
    if (this.#phase === 'waiting') this.#enter('idle');
  }

  /** Sends what waits, unless the last attempt failed: then its time will come. */
  send(): void {
    this.#due = true;
    if (this.#running || !this.#started) return;
    if (this.#phase === 'idle') void this.#run();
  }

  /**
   * Asks for changes and sends what waits, at once even if the last attempt failed: the network is
   * back, the page is looked at again or for another minute, somebody signed in. A Retry-After is
   * honoured all the same.
   */
  retry(): void {
    this.#pull = true;
    if (this.#isSentAway) return;
    this.#cancelWait();
    if (this.#isHeldUp) this.#phase = 'idle';
    this.send();
  }

  /** The page may be gone at any moment: sends what waits so that it arrives even then. */
  async leave(): Promise<void> {
    const { use } = this.#options;
    const isWelcome = this.#phase !== 'signed-out' && !this.#isSentAway;
    if (!this.#started || !this.#verified || !isWelcome) return;
    const flight = this.#flight?.keepalive ? this.#flight : NO_FLIGHT;
    const bytes = MOST_KEPT_ALIVE - flight.bytes;
    const batch = await use((outbox) => outbox.take({ ...MOST, bytes }));
    const last = batch.at(-1);
    const isOnItsWay = last?.device === flight.device && last.seq <= flight.lastSeq;
    if (!last || isOnItsWay || bytesOf(batch) > bytes) return;
    const question = this.#question(last.device, batch);
    const reply = await this.#post(question);
    if (reply.kind !== 'answered') return;
    await this.#takeIn(question, reply.answer);
    // The page is still here: perhaps something came since, and nothing else sends it.
    this.send();
  }

  /** What is made now waits like what failed. */
  get #isHeldUp(): boolean {
    return this.#phase === 'waiting' || this.#phase === 'signed-out';
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      await this.#options.alone(async () => {
        this.#verified ||= !(await this.#options.use(async ({ restored }) => restored));
        while (this.#due && this.#started && !this.#isHeldUp) {
          this.#due = false;
          await this.#round();
        }
      });
    } catch (error) {
      // The device's own storage failed. It is tried again, and the failure is seen.
      this.#wait({ reached: this.#reached, afterMs: null });
      throw error;
    } finally {
      this.#running = false;
      // Stopped in the middle.
      if (this.#phase === 'sending') this.#enter('idle');
    }
    // Asked for while the turn was given back.
    if (this.#due && !this.#isHeldUp) this.send();
  }

  /** One request, and what follows from its answer. */
  async #round(): Promise<void> {
    const { use } = this.#options;
    const limits = { ...MOST, operations: this.#most };
    const batch = this.#verified ? await use((outbox) => outbox.take(limits)) : [];
    if (batch.length === 0 && this.#verified && !this.#pull) return this.#enter('idle');
    // What was said last holds until there is an answer.
    this.#phase = 'sending';
    const device = batch[0]?.device ?? (await use((outbox) => outbox.identity())).device;
    const question = this.#question(device, batch);
    const reply = await this.#post(question);
    switch (reply.kind) {
      case 'answered':
        return this.#takeIn(question, reply.answer);
      case 'signed-out':
        return this.#enter('signed-out', true);
      case 'somebody-else':
        return this.#giveWay();
      case 'too-large':
        return this.#halve(device, batch);
      case 'not-understood':
        this.#fromStart = true;
        return this.#wait(UNREACHED);
      case 'later':
        return this.#wait(reply);
    }
  }

  #question(device: string, batch: readonly Operation[]): Question {
    return { device, batch, cursor: this.#fromStart ? null : this.#options.cursor() };
  }

  async #post({ device, batch, cursor }: Question): Promise<Reply> {
    const { user, endpoint, environment, catalogue } = this.#options;
    const content = {
      v: 1,
      device,
      asUser: user,
      now: environment.now(),
      cursor,
      catalogue: catalogue(),
      operations: batch.map(({ device: _, ...operation }) => operation),
    };
    const bytes = bytesOf(content);
    const keepalive = bytes + (this.#flight?.bytes ?? 0) <= MOST_KEPT_ALIVE;
    const flight = { bytes, keepalive, device, lastSeq: batch.at(-1)?.seq ?? 0 };
    const timeout = new AbortController();
    const cancelTimeout = environment.timer(() => timeout.abort(), TIMEOUT);
    this.#flight = flight;
    try {
      const { signal } = timeout;
      const body = JSON.stringify(content);
      const request = { method: 'POST', headers: JSON_BODY, body, keepalive, signal };
      const response = await environment.fetch(endpoint, request).catch(() => null);
      if (response) return await readReply(response, environment.now());
      if (signal.aborted) this.#most = Math.max(1, Math.ceil(batch.length / 2));
      return UNREACHED;
    } finally {
      cancelTimeout();
      if (this.#flight === flight) this.#flight = null;
    }
  }

  async #takeIn(question: Question, answer: SyncResponse): Promise<void> {
    const { user, use, onAnswer, onSettled } = this.#options;
    const { device, batch, cursor } = question;
    if (answer.user !== user) return this.#giveWay();
    const sent = new Set(batch.map(({ seq }) => seq));
    const results = answer.results.filter(({ seq }) => sent.has(seq));
    // What leads nowhere would be asked for again without end.
    const led = batch.length > 0 ? results.length > 0 : answer.cursor !== cursor;
    await onAnswer({ ...answer, results }, question);
    await use((outbox) => outbox.acknowledge(device, results));
    await this.#renewIfOutrun(device, answer.lastSeq);
    await onSettled();
    this.#fromStart = false;
    this.#pull = answer.more;
    if (!led && (batch.length > 0 || answer.more)) return this.#wait(UNREACHED);
    this.#most = Math.min(MOST.operations, this.#most * 2);
    this.#failures = 0;
    if (answer.retryAfterMs) return this.#wait({ reached: true, afterMs: answer.retryAfterMs });
    this.#due = true;
    this.#enter(this.#running ? 'sending' : 'idle', true);
  }

  /** A device that was cloned, or restored from a copy, goes on under another name. */
  async #renewIfOutrun(device: string, lastSeq: number): Promise<void> {
    const { use, environment, spentOf } = this.#options;
    const known = await use((outbox) => outbox.identity());
    if (device !== known.device) return;
    // Something may have been done here before the server was asked for the first time.
    const collides = !this.#verified && (await use((outbox) => outbox.collides(lastSeq)));
    if (lastSeq > known.lastSeq || collides) {
      // Without room for the new name, nothing more goes out under the old one.
      this.#verified = false;
      const spentBefore = (contentId: string) => spentOf(device, contentId);
      const renewal = { device: environment.newId(), spentBefore };
      await use((outbox) => outbox.renew(renewal));
    }
    this.#verified = true;
  }

  async #halve(device: string, batch: readonly Operation[]): Promise<void> {
    const [only, ...others] = batch;
    // Our server takes any single operation but a very large one: it was somebody on the way.
    if (!only || (others.length === 0 && bytesOf(only) <= LARGEST)) return this.#wait(UNREACHED);
    this.#due = true;
    this.#most = Math.ceil(batch.length / 2);
    if (others.length > 0) return;
    const refused = [{ seq: only.seq, status: 'rejected', code: 'too_large' } as const];
    await this.#options.use((outbox) => outbox.acknowledge(device, refused));
    await this.#options.onSettled();
  }

  /** Somebody else is signed in: nothing of this learner's is sent as theirs. */
  #giveWay(): void {
    this.#options.onSomebodyElse();
    this.#enter('signed-out', true);
  }

  /** Tries again after the time that the server asked for, else after a random one that grows. */
  #wait({ reached, afterMs }: { reached: boolean; afterMs: number | null }): void {
    const { environment } = this.#options;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    // Whoever asks for more was somebody on the way, and may be gone before.
    const asked = Math.min(afterMs ?? 0, LONGEST_WAIT);
    const jitter = environment.random() * (afterMs === null ? longest : FIRST_WAIT);
    this.#enter('waiting', reached);
    this.#isSentAway = asked > 0;
    this.#cancelWait = environment.timer(() => {
      this.#phase = 'idle';
      this.send();
    }, asked + jitter);
  }

  #enter(phase: SyncPhase, reached = this.#reached): void {
    this.#cancelWait();
    this.#isSentAway = false;
    this.#phase = phase;
    this.#reached = reached;
    this.#options.onPhase(phase, reached);
  }
}

const NO_FLIGHT: Flight = { bytes: 0, device: '', lastSeq: 0, keepalive: false };
const JSON_BODY = { 'content-type': 'application/json' };
