import type { DeviceStorage, FollowingRows, LearnerKey } from './device-storage.ts';
import type { Environment } from './environment.ts';
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
   * longer: a tab may be frozen with the lock in its hand, and two that send at once are not wrong,
   * only wasteful.
   */
  alone(name: string, work: () => Promise<void>): Promise<void>;
}

const CHANNEL = 'sveltekit-cairn';
/** Longer than a request may take. */
const LONGEST_TURN = 90_000;
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
      canLock() ? locked(`${CHANNEL} ${name}`, work) : leased(open, environment, work),
  };
}

/** Web Locks are only there on secure pages. */
function canLock(): boolean {
  return typeof navigator !== 'undefined' && 'locks' in navigator;
}

/** One at a time by a Web Lock. */
async function locked(name: string, work: () => Promise<void>): Promise<void> {
  const patience = AbortSignal.timeout(LONGEST_TURN);
  const turn = { begun: false };
  const begin = () => {
    turn.begun = true;
    return work();
  };
  try {
    await navigator.locks.request(name, { signal: patience }, begin);
  } catch (error) {
    if (turn.begun || !patience.aborted) throw error;
    await work();
  }
}

/** One at a time by a lease in the storage. */
async function leased(
  open: () => Promise<DeviceStorage>,
  { now, newId, timer }: Pick<Environment, 'now' | 'newId' | 'timer'>,
  work: () => Promise<void>,
): Promise<void> {
  const storage = await open();
  const holder = newId();
  const pause = () => new Promise<void>((resolve) => void timer(resolve, LEASE_CHECK));
  const ask = (ms: number) => storage.lease(holder, { now: now(), ms });
  for (let ms = 0; ms < LONGEST_TURN && !(await ask(LEASE)); ms += LEASE_CHECK) await pause();
  const end = every(LEASE_CHECK, timer, () => void ask(LEASE));
  try {
    await work();
  } finally {
    end();
    await ask(0);
  }
}
