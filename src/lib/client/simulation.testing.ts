import fc from 'fast-check';
import type { ContentData, Operation } from '../core/index.ts';
import { isLogged } from '../core/index.ts';
import { createBrowser } from './browser.testing.ts';
import type { DeviceStorage } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import type { ProgressState } from './progress-state.svelte.ts';
import type { Fault, World } from './world.testing.ts';
import { createWorld } from './world.testing.ts';

const UNITS = ['a', 'b', 'game'];
const DEVICES = 3;
const CLOCKS = [0, -10, 10].map((days) => days * 24 * 60 * 60_000);

const content: ContentData[] = [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    children: [
      { id: 'a', type: 'lesson', title: 'A' },
      {
        id: 'more',
        type: 'module',
        title: 'More',
        children: [
          { id: 'b', type: 'lesson', title: 'B' },
          { id: 'c', type: 'lesson', title: 'C', optional: true },
        ],
      },
      { id: 'game', type: 'exercise', title: 'Game' },
    ],
  },
];

const faults: Fault[] = [
  'cut before the server',
  'cut after the server',
  'truncated',
  'delivered twice',
  'held back',
  { status: 500 },
  { status: 401 },
  { status: 409 },
  { status: 413 },
  { status: 422 },
  { status: 429, headers: { 'retry-after': '7' } },
  { status: 503, headers: { 'retry-after': '30' } },
  { status: 200, body: '<h1>Welcome to our hotel</h1>' },
];

/** One thing that happens; `device` is who does it. */
export type Step = { device: number; act: Act; unit: string } | { event: Event };
type Act = 'complete' | 'reopen' | 'restart' | 'open' | 'advance' | 'spend' | 'save' | 'attempt';
type Event =
  | { fault: Fault; always: boolean }
  | { pause: number }
  | 'heal'
  | 'release'
  | 'sign out'
  | 'sign in'
  | 'online'
  | 'hidden'
  | { reload: number };

const device = fc.nat(DEVICES - 1);
const acts: Act[] = [
  ...['complete', 'reopen', 'restart', 'open'],
  ...['advance', 'spend', 'save', 'attempt'],
] as Act[];

/** What happens to a learner with several devices on a bad network. */
export const histories: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        device,
        act: fc.constantFrom(...acts),
        unit: fc.constantFrom(...UNITS),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        event: fc.oneof(
          fc.record({ fault: fc.constantFrom(...faults), always: fc.boolean() }),
          fc.record({ pause: fc.integer({ min: 1, max: 400_000 }) }),
          fc.record({ reload: device }),
          fc.constantFrom<Event[]>('heal', 'release', 'sign out', 'sign in', 'online', 'hidden'),
        ),
      }),
    },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** What a run came to. */
export interface Outcome {
  /** What is not as it must be once the network is whole again. */
  problems: string[];
  /** The faults that happened, by name. */
  faults: Set<string>;
}

/** Plays a history on real handlers, heals everything, and looks for what was lost. */
export async function simulate(
  steps: readonly Step[],
  storageOf: (newId: () => string) => DeviceStorage = memoryStorage,
): Promise<Outcome> {
  const world = await createWorld(content);
  const made: Operation[] = [];
  let ids = 0;
  const newId = () => `id-${String(++ids).padStart(8, '0')}`;
  const browsers = CLOCKS.map(() => createBrowser(newId, noting(storageOf(newId), made)));
  const visit = (index: number) =>
    world.visit('a', { clockOff: CLOCKS[index]!, browser: browsers[index]!, newId });
  const pages: ProgressState[] = [];
  for (const index of CLOCKS.keys()) pages.push(await visit(index));

  try {
    for (const step of steps) {
      if ('act' in step) await act(pages[step.device]!, step);
      else if (isReload(step.event)) {
        pages[step.event.reload]!.stop();
        if (world.session) pages[step.event.reload] = await visit(step.event.reload);
        else pages[step.event.reload]!.start();
      } else await happen(world, step.event);
    }
    await heal(world, pages);
    return {
      problems: [...(await lost(world, made)), ...(await differing(world, pages))],
      faults: new Set(world.network.happened.map((fault) => JSON.stringify(fault))),
    };
  } finally {
    await world.close();
  }
}

function isReload(event: Event): event is { reload: number } {
  return typeof event === 'object' && 'reload' in event;
}

async function act(page: ProgressState, step: { act: Act; unit: string }): Promise<void> {
  const { act, unit } = step;
  if (act === 'advance') return page.advance(unit, 60);
  if (act === 'spend') return page.spend(unit, 1_000);
  if (act === 'save') return page.save(unit, { at: page.get(unit).timeSpentMs });
  if (act === 'attempt') return page.attempt('game', { score: 80 });
  await page[act](unit);
}

async function happen(world: World, event: Exclude<Event, { reload: number }>): Promise<void> {
  const { network } = world;
  if (typeof event === 'object') {
    if ('pause' in event) return world.clock.advance(event.pause);
    if (event.always) network.always = event.fault;
    else network.next.push(event.fault);
    return;
  }
  if (event === 'heal') network.always = null;
  else if (event === 'release') network.release();
  else if (event === 'sign out') world.session = null;
  else if (event === 'sign in') world.session = 'ada';
  else world.tell(event);
}

async function heal(world: World, pages: readonly ProgressState[]): Promise<void> {
  world.session = 'ada';
  world.network.always = null;
  world.network.next = [];
  world.network.release();
  // Whatever the server asked for, and longer than any pause.
  await world.clock.advance(600_000);
  for (let round = 0; round < 2; round++) {
    world.tell('online');
    for (const page of pages) page.hydrate(await world.load('a'));
    await world.settle();
    await world.clock.advance(600_000);
  }
}

/** Operations that were made on a device and are not on the server, or are there twice. */
async function lost(world: World, made: readonly Operation[]): Promise<string[]> {
  const { operations } = await world.server.export('ada');
  const names = operations.map(({ deviceId, seq, kind, contentId }) =>
    [deviceId, seq, kind, contentId].join(' '),
  );
  const logged = made
    .filter(({ kind }) => isLogged(kind))
    .map((each) => [each.device, each.seq, each.kind, each.contentId].join(' '))
    .filter((name) => names.filter((each) => each === name).length !== 1);
  const { changes } = await world.load('a');
  const stateOf = (id: string) => changes.find(({ record }) => record.contentId === id)?.state;
  const unlogged = made.filter((each) => {
    const state = stateOf(each.contentId);
    if (each.kind === 'spent') return (state?.spent[each.device] ?? 0) < each.ms;
    return state?.lastAccessed === undefined;
  });
  return [
    ...logged.map((name) => `not once in the log: ${name}`),
    ...unlogged.map((each) => `not absorbed: ${JSON.stringify(each)}`),
  ];
}

/** Where a page differs from one that was loaded afresh. */
async function differing(world: World, pages: readonly ProgressState[]): Promise<string[]> {
  const fresh = await world.visit('a');
  const ids = [...UNITS, 'c', 'more', 'knots'];
  return pages.flatMap((page, index) => {
    const waiting = page.pending > 0 ? [`device ${index}: ${page.pending} waiting`] : [];
    const refused = page.attention.filter(({ code }) => code !== 'too_large');
    const different = ids.flatMap((id) => {
      const [seen, stored] = [page.get(id), fresh.get(id)].map((each) => JSON.stringify(each));
      return seen === stored ? [] : [`device ${index}: ${seen} instead of ${stored}`];
    });
    return [...waiting, ...refused.map(({ code }) => `device ${index}: ${code}`), ...different];
  });
}

/** Storage that notes every operation in its last form, until it wants attention. */
function noting(storage: DeviceStorage, made: Operation[]): DeviceStorage {
  return {
    ...storage,
    outbox: async (learner) => {
      const outbox = await storage.outbox(learner);
      const same = (a: Operation, b: Operation) => a.device === b.device && a.seq === b.seq;
      return {
        ...outbox,
        add: async (acts) => {
          const kept = await outbox.add(acts);
          for (const operation of kept) {
            const known = made.findIndex((each) => same(each, operation));
            made.splice(known < 0 ? made.length : known, known < 0 ? 0 : 1, operation);
          }
          return kept;
        },
        acknowledge: async (device, results) => {
          await outbox.acknowledge(device, results);
          for (const { operation } of await outbox.attention()) {
            const known = made.findIndex((each) => same(each, operation));
            if (known >= 0) made.splice(known, 1);
          }
        },
      };
    },
  };
}
