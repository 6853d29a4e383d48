import { removeCourse } from './copies.ts';
import { readKeptCourse } from './on-device.ts';
import { toWorker } from './to-worker.ts';
import type { FromWorker } from './to-worker.ts';

/** Milliseconds without a word from the worker after which the browser must have ended it. */
const SILENCE = 30_000;

/** Where keeping a course stands: `unknown` before the first look, `none` when it is not kept. */
export type KeepingStatus = { kind: 'unknown' | 'none' } | FromWorker;

/** Keeps one course on this device, and says how far that is. */
export class Keeping {
  #course: string;
  #status: KeepingStatus = $state.raw({ kind: 'unknown' });
  #hangUp = () => {};

  constructor(course: string) {
    this.#course = course;
  }

  get status(): KeepingStatus {
    return this.#status;
  }

  /** Looks what is here of the course. */
  async look(): Promise<void> {
    const kept = await readKeptCourse(this.#course);
    if (this.#status.kind === 'keeping') return;
    if (!kept) this.#status = { kind: 'none' };
    else this.#status = { kind: kept.done === kept.total ? 'kept' : 'interrupted', ...kept };
  }

  /** Fetches what is missing of the course. */
  async keep(): Promise<void> {
    this.#status = { kind: 'keeping', done: 0, total: 0, bytes: 0 };
    // Asked for once it is worth something: the browser then does not clear it on its own.
    void navigator.storage.persist();
    await toWorker({ kind: 'keep', course: this.#course }, [this.#listen()]);
  }

  /** Takes the course off the device, also while it is still arriving. */
  async remove(): Promise<void> {
    this.#hangUp();
    this.#status = { kind: 'none' };
    await removeCourse(this.#course);
  }

  /** Hears the worker out, and answers where it is to speak. */
  #listen(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const giveUp = () => {
      this.#hangUp();
      if (this.#status.kind === 'keeping') this.#status = { ...this.#status, kind: 'interrupted' };
    };
    let silence = setTimeout(giveUp, SILENCE);
    this.#hangUp = () => {
      clearTimeout(silence);
      port1.close();
    };
    port1.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#status = data;
      clearTimeout(silence);
      if (data.kind === 'keeping') silence = setTimeout(giveUp, SILENCE);
      else this.#hangUp();
    };
    return port2;
  }
}
