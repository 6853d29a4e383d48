import type { DeviceStorage, FollowingRows, LearnerKey } from './device-storage.ts';
import type { Environment, Timer } from './environment.ts';
import { every } from './environment.ts';

/** What one tab tells the others. */
export type News =
  /** Somebody entered: whose tab is it? */
  | { kind: 'entered'; learner: LearnerKey }
  /** The outbox of a learner has changed, and maybe rows came from the server. */
  | { kind: 'kept'; learner: LearnerKey; rows?: FollowingRows }
  /** A guest's work was added, refused or put off, or work was deleted. */
  | { kind: 'decided' };

/** The tabs of one browser that show the same site. */
export interface Tabs {
  tell(news: News): void;
  /** Calls back for what the other tabs tell; returns how to stop that. */
  listen(hear: (news: News) => void): () => void;
  /**
   * Does work while no other tab does any under the same name. After a while it does not wait any
   * longer: a tab may be frozen in the middle of its turn, and two that send at once are not wrong,
   * only wasteful.
   */
  alone(name: string, work: () => Promise<void>): Promise<void>;
}

const CHANNEL = 'sveltekit-cairn';
/** Longer than a request takes as a rule; nobody watches "Saving" for longer. */
const LONGEST_TURN = 20_000;
/** A lease is extended while the work goes on, and lost soon after its tab has gone. */
const LEASE = 6_000;
const LEASE_CHECK = 2_000;

/** The tabs of this browser, or, where there is no browser, none. */
export function browserTabs(
  open: () => Promise<DeviceStorage>,
  environment: Pick<Environment, 'now' | 'newId' | 'timer'>,
): Tabs {
  let channel: BroadcastChannel | null = null;
  return {
    tell: (news) => channel?.postMessage(news),
    listen: (hear) => {
      if (typeof BroadcastChannel === 'undefined') return () => undefined;
      const opened = new BroadcastChannel(CHANNEL);
      opened.onmessage = ({ data }) => hear(data as News);
      channel = opened;
      return () => {
        opened.close();
        if (channel === opened) channel = null;
      };
    },
    alone: (name, work) =>
      canLock()
        ? locked(`${CHANNEL} ${name}`, environment.timer, work)
        : leased(open, environment, work),
  };
}

/** Web Locks are only there on secure pages. */
function canLock(): boolean {
  return typeof navigator !== 'undefined' && 'locks' in navigator;
}

/**
 * One at a time by a Web Lock. Whoever has waited too long takes it away, and has it from then on:
 * otherwise each turn would begin with that wait.
 */
async function locked(name: string, timer: Timer, work: () => Promise<void>): Promise<void> {
  let done: Promise<void> | undefined;
  const request = (options: LockOptions) =>
    navigator.locks
      .request(name, options, () => (done = work()))
      .catch((error: unknown) => {
        // Work goes on when its lock is taken away.
        if (!done) throw error;
      });
  const patience = new AbortController();
  timer(() => patience.abort(), LONGEST_TURN);
  await request({ signal: patience.signal }).catch(() => request({ steal: true }));
  await done;
}

/** One at a time by a lease in the storage, whoever's work it is. */
async function leased(
  open: () => Promise<DeviceStorage>,
  { now, newId, timer }: Pick<Environment, 'now' | 'newId' | 'timer'>,
  work: () => Promise<void>,
): Promise<void> {
  const storage = await open();
  const holder = newId();
  const pause = () => new Promise<void>((resolve) => void timer(resolve, LEASE_CHECK));
  // A disk that is full holds no lease, and must not hold up what waits: two that send are not wrong.
  const ask = (ms: number) => storage.lease(holder, { now: now(), ms }).catch(() => true);
  for (let ms = 0; ms < LONGEST_TURN && !(await ask(LEASE)); ms += LEASE_CHECK) await pause();
  const end = every(LEASE_CHECK, timer, () => void ask(LEASE));
  try {
    await work();
  } finally {
    end();
    await ask(0);
  }
}
