import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Catalogue, ContentData, Loaded } from '../core/index.ts';
import { createCatalogue } from '../core/index.ts';
import type { ProgressServer } from '../server/index.ts';
import { createProgressServer, sqlite } from '../server/index.ts';
import { createUsers } from '../server/queries.testing.ts';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import type { FakeClock } from './clock.testing.ts';
import { createClock } from './clock.testing.ts';
import type { Network } from './network.testing.ts';
import { createNetwork } from './network.testing.ts';
import { ProgressState } from './progress-state.svelte.ts';
import type { PageEvent } from './stage.testing.ts';
import { createPage, keepGlobals } from './stage.testing.ts';

/** How a visit differs from the usual one. */
export interface VisitOptions {
  /** The device's clock; right when absent. */
  now?: () => number;
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
  /** The operations that the server has of a learner, Ada unless said otherwise. */
  log(user?: string): ReturnType<typeof operationsOf>;
  /** How many units of the course `knots` the server has as completed. */
  completed(user?: string): Promise<number>;
}

async function operationsOf(server: ProgressServer, user: string) {
  return (await server.export(user)).operations;
}

/** 2026-05-01, noon. */
export const START = Date.UTC(2026, 4, 1, 12);

/** A lesson. */
export function lesson(id: string, more: Partial<ContentData> = {}): ContentData {
  return { id, type: 'lesson', title: `Lesson ${id}`, ...more };
}

/** Content with one course, `knots`. */
export function course(...children: ContentData[]): ContentData[] {
  return [{ id: 'knots', type: 'course', title: 'Knots', children }];
}

/** Makes a world that ends with the test, in which Ada and Ben have accounts and Ada is signed in. */
export async function createWorld(content: readonly ContentData[]): Promise<World> {
  let catalogue: Catalogue = createCatalogue(content);
  const clock = createClock(START, () => settle());
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

  const network = createNetwork((request) => server.endpoints.sync(request, world.session));
  const restoreGlobals = keepGlobals();
  const page = createPage();
  const stops: (() => void)[] = [];
  const world: World = {
    server,
    clock,
    network,
    session: 'ada',
    publish: (changed) => (catalogue = createCatalogue(changed)),
    load: (contentId) => server.load(world.session, contentId),
    tell: (event) => page.tell(event),
    visit: async (contentId, { now = clock.now, newId = randomUUID, browser, loaded } = {}) => {
      const { storage, tab } = browser ?? createBrowser(newId);
      const progress = new ProgressState({
        newId,
        storage,
        tabs: tab(),
        loaded: loaded ?? (await world.load(contentId)),
        fetch: network.fetch,
        timer: clock.timer,
        now,
        random: () => 0.5,
      });
      page.run(() => progress.start());
      stops.push(() => progress.stop());
      return progress;
    },
    settle,
    log: (user = 'ada') => operationsOf(server, user),
    completed: async (user = 'ada') => (await server.summary(user, 'knots')).completed,
  };
  onTestFinished(async () => {
    for (const stop of stops) stop();
    network.release();
    await settle();
    await server.close();
    restoreGlobals();
  });

  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 10; quiet++) {
      await new Promise(setImmediate);
      if (network.busy > 0) quiet = 0;
    }
  }
  return world;
}
