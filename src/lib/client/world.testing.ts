import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { Catalogue, ContentData, Loaded } from '../core/index.ts';
import { createCatalogue } from '../core/index.ts';
import type { ProgressServer } from '../server/index.ts';
import { createProgressServer, sqlite } from '../server/index.ts';
import { createUsers } from '../server/queries.testing.ts';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import type { Environment } from './environment.ts';
import { ProgressState } from './progress-state.svelte.ts';

/** A clock that moves when a test says so, and the timers on it. */
export interface FakeClock extends Pick<Environment, 'now' | 'timer'> {
  /** Goes on by some milliseconds, doing in order what was set for then. */
  advance(ms: number): Promise<void>;
}

/** What can happen to a request on its way. */
export type Fault =
  | 'cut before the server'
  | 'cut after the server'
  | 'truncated'
  | 'delivered twice'
  | 'held back'
  | { status: number; body?: string; headers?: Record<string, string> };

/** The way to the server, and what goes wrong on it. */
export interface Network {
  /** What happens to the next requests, in this order. */
  next: Fault[];
  /** What happens to all requests for which nothing else was said. */
  always: Fault | null;
  /** Every body above this is answered 413. */
  most: number;
  /** Lets go of what is held back. */
  release(): void;
  /** The faults that happened, in order: a test that wants one makes sure of it here. */
  readonly happened: Fault[];
  /** The bodies that the server got, in order. */
  readonly arrived: SentBody[];
  /** How many requests are on their way and not held back. */
  readonly busy: number;
}

/** What a page can be told by its browser. */
export type PageEvent = 'online' | 'offline' | 'visible' | 'hidden' | 'pagehide';

/** A request as it was sent. */
export interface SentBody {
  device: string;
  asUser: string;
  cursor: string | null;
  operations: { seq: number; kind: string; contentId: string }[];
}

/** How a visit differs from the usual one. */
export interface VisitOptions {
  /** Milliseconds by which the device's clock is ahead. */
  clockOff?: number;
  browser?: FakeBrowser;
  newId?: () => string;
  /** What the page was loaded with; the server's answer when absent. */
  loaded?: Loaded;
}

/** Real handlers on a database in memory, and learners who reach them over a faulty network. */
export interface World {
  server: ProgressServer;
  clock: FakeClock;
  network: Network;
  /** Whose session a request carries; null for nobody's. */
  session: string | null;
  /** Puts other content on the server. */
  publish(content: readonly ContentData[]): void;
  load(contentId: string): Promise<Loaded>;
  /** A page that has started, by default on a device of its own. */
  visit(contentId: string, options?: VisitOptions): Promise<ProgressState>;
  /** Something happens to all pages. */
  tell(event: PageEvent): void;
  /** Waits until nothing moves any more, without letting time pass. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** 2026-05-01, noon. */
export const START = Date.UTC(2026, 4, 1, 12);

export async function createWorld(content: readonly ContentData[]): Promise<World> {
  let catalogue: Catalogue = createCatalogue(content);
  const clock = createClock(() => settle());
  const database = sqlite(':memory:');
  await createUsers(database, { table: 'users', key: 'id', type: 'text' }, ['ada', 'ben']);
  const server = createProgressServer({
    catalogue: () => catalogue,
    database,
    identify: () => null,
    now: clock.now,
    grade: (_, answers) => (answers === 'right' ? 100 : 0),
    onError: (error) => {
      throw error;
    },
  });
  await server.migrate();

  const held: (() => void)[] = [];
  const network = {
    next: [] as Fault[],
    always: null as Fault | null,
    most: Infinity,
    release: () => held.splice(0).forEach((letGo) => letGo()),
    happened: [] as Fault[],
    arrived: [] as SentBody[],
    busy: 0,
  };
  const page = stubPage();
  const stops: (() => void)[] = [];
  const world: World = {
    server,
    clock,
    network,
    session: 'ada',
    publish: (changed) => (catalogue = createCatalogue(changed)),
    load: (contentId) => server.load(world.session, contentId),
    tell: (event) => page.tell(event),
    visit: async (contentId, { clockOff = 0, newId = randomUUID, browser, loaded } = {}) => {
      const { storage, tab } = browser ?? createBrowser(newId);
      const progress = new ProgressState({
        newId,
        storage,
        tabs: tab(),
        loaded: loaded ?? (await world.load(contentId)),
        fetch: connect(world, held),
        timer: clock.timer,
        now: () => clock.now() + clockOff,
        random: () => 0.5,
      });
      progress.start();
      stops.push(() => progress.stop());
      return progress;
    },
    settle,
    close: async () => {
      for (const stop of stops) stop();
      network.release();
      await settle();
      await server.close();
      vi.unstubAllGlobals();
    },
  };

  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 10; quiet++) {
      await new Promise(setImmediate);
      if (network.busy > 0) quiet = 0;
    }
  }
  return world;
}

function createClock(settle: () => Promise<void>): FakeClock {
  let time = START;
  let timers: { action: () => void; at: number }[] = [];
  return {
    now: () => time,
    timer: (action, ms) => {
      const timer = { action, at: time + ms };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance: async (ms) => {
      const end = time + ms;
      await settle();
      for (;;) {
        const [first] = timers.sort((a, b) => a.at - b.at);
        if (!first || first.at > end) break;
        timers = timers.slice(1);
        time = Math.max(time, first.at);
        first.action();
        await settle();
      }
      time = end;
    },
  };
}

/** As much of a browser's page as the client listens to. */
function stubPage() {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const navigator = { onLine: true };
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', document);
  vi.stubGlobal('navigator', navigator);
  return {
    tell: (event: PageEvent) => {
      if (event === 'online' || event === 'offline') navigator.onLine = event === 'online';
      if (event === 'visible' || event === 'hidden') {
        document.visibilityState = event;
        document.dispatchEvent(new Event('visibilitychange'));
      } else {
        window.dispatchEvent(new Event(event));
      }
    },
  };
}

/** A browser's `fetch` over the network of a world. */
function connect(world: World, held: (() => void)[]): typeof fetch {
  const network = world.network as Network & { busy: number };
  const deliver = async (body: string) => {
    network.arrived.push(JSON.parse(body) as SentBody);
    const headers = { 'content-type': 'application/json' };
    const request = new Request('http://cairn.test/api/progress/sync', {
      method: 'POST',
      headers,
      body,
    });
    return world.server.endpoints.sync(request, world.session);
  };
  const cut = () => new TypeError('fetch failed');

  return async (_, init) => {
    const body = init?.body as string;
    const tooLarge: Fault | null = body.length > network.most ? { status: 413 } : null;
    const fault = tooLarge ?? network.next.shift() ?? network.always;
    if (fault) network.happened.push(fault);
    network.busy++;
    try {
      if (fault === 'held back') {
        network.busy--;
        await new Promise<void>((resolve, reject) => {
          held.push(resolve);
          init?.signal?.addEventListener('abort', () => reject(cut()));
        }).finally(() => network.busy++);
      }
      if (fault === 'cut before the server') throw cut();
      if (fault === 'delivered twice') await deliver(body);
      if (fault !== null && typeof fault === 'object') {
        const { status, body: answer = '', headers = {} } = fault;
        return new Response(answer, { status, headers });
      }
      const response = await deliver(body);
      if (fault === 'cut after the server') throw cut();
      if (fault !== 'truncated') return response;
      return new Response((await response.text()).slice(0, -10), response);
    } finally {
      network.busy--;
    }
  };
}
