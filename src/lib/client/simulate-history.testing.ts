import fc from 'fast-check';
import type { ContentData } from '../core/index.ts';
import type { Fault } from './network.testing.ts';

/** What is played: some devices, and what happens to them, one after the other. */
export interface History {
  devices: DevicePlan[];
  steps: Step[];
}

/** A device, and how it begins. */
export interface DevicePlan {
  /** Days by which its clock is ahead. */
  clockOff: number;
  /** What it keeps outlives the page. */
  durable: boolean;
  /** How many turns of the event loop its disk takes for each step. */
  slow: number;
  /** And the one for what has no numbers yet. */
  slowNotes: number;
  user: Person | null;
}

/** Who has an account. */
export type Person = (typeof PEOPLE)[number];
export const PEOPLE = ['ada', 'ben'] as const;

/** One thing that happens. Numbers of devices and tabs count on from the first after the last. */
export interface Step {
  device: number;
  tab: number;
  /** The next step happens before anything of this one is through. */
  atOnce: boolean;
  what: Act | TabEvent | DeviceEvent | { pause: number } | { publish: number };
}

/** What a learner does on a page. */
export interface Act {
  act:
    'complete' | 'reopen' | 'restart' | 'open' | 'advance' | 'spend' | 'save' | 'attempt' | 'miss';
  /** A place in `ITEMS`. */
  item: number;
}

/** What happens to a tab. */
export type TabEvent =
  | 'new tab'
  | 'close'
  | 'reload'
  | 'hide'
  | 'show'
  /** What was loaded for an earlier page arrives now. */
  | 'late data'
  /** The tab is gone when it has asked its storage so many times more: before it is done, or after. */
  | { crash: number };

/** What happens to a device. */
export type DeviceEvent =
  | { fault: Fault; always: boolean }
  | 'network heals'
  | 'held requests arrive'
  /** `offer`: what becomes of the work of the guest who was there. */
  | { signIn: Person | null; offer: Decision }
  | 'session expires'
  | 'session is renewed'
  | 'storage is deleted'
  | 'storage is full'
  | 'notes are deleted'
  | 'notes are full'
  | 'storage has room'
  | 'back up'
  | 'restore'
  | { offer: Decision }
  | 'discard own work';

/** What a learner does with a guest's work. */
export type Decision = 'added' | 'discarded' | 'put off' | 'left';

const lesson = (id: string, optional = false): ContentData => ({
  id,
  type: 'lesson',
  title: `Lesson ${id}`,
  ...(optional && { optional }),
});
const more = (...children: ContentData[]): ContentData => ({
  id: 'more',
  type: 'module',
  title: 'More',
  children,
});
const course = (...children: ContentData[]): ContentData[] => [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    children: [
      ...children,
      { id: 'game', type: 'exercise', title: 'Game' },
      { id: 'quiz', type: 'exercise', title: 'Quiz', graded: true },
    ],
  },
];

/** The content as it is at first, and as it may be published anew. */
export const CONTENTS: readonly ContentData[][] = [
  course(lesson('a'), more(lesson('b'), lesson('c', true))),
  // b is gone.
  course(lesson('a'), more(lesson('c', true))),
  // a has moved into the module, and b out of it.
  course(lesson('b'), more(lesson('a'), lesson('c', true))),
  // What was optional is required, and the other way round.
  course(lesson('a', true), more(lesson('b'), lesson('c'))),
  // The lesson b has become a module.
  course(lesson('a'), more(lesson('c', true)), {
    id: 'b',
    type: 'module',
    title: 'Lesson b',
    children: [lesson('b1'), lesson('b2')],
  }),
];

/** What learners do something to, where the content holds it. */
export const ITEMS = ['a', 'b', 'game', 'quiz', 'c', 'more', 'b1', 'knots'] as const;

/** All that can go wrong with a request. */
export const FAULTS: readonly Fault[] = [
  'cut before the server',
  'cut after the server',
  'truncated',
  'half sent',
  'delivered twice',
  'held back',
  'delivered late',
  { status: 500 },
  { status: 401 },
  { status: 409 },
  { status: 413 },
  { status: 422 },
  { status: 429, headers: { 'retry-after': '7' } },
  { status: 503, headers: { 'retry-after': '30' } },
  { status: 200, body: '<h1>Welcome to our hotel</h1>' },
];

const act = fc.record({
  act: fc.constantFrom<Act['act'][]>(
    ...(['complete', 'complete', 'reopen', 'restart', 'open'] as const),
    ...(['advance', 'spend', 'spend', 'save', 'attempt', 'miss'] as const),
  ),
  item: fc.nat(ITEMS.length - 1),
});

const tabEvent = fc.oneof(
  fc.constantFrom<TabEvent[]>('new tab', 'close', 'reload', 'hide', 'show', 'late data'),
  fc.record({ crash: fc.nat(12) }),
);

const networkEvent = fc.oneof(
  fc.record({ fault: fc.constantFrom(...FAULTS), always: fc.boolean() }),
  fc.constantFrom<DeviceEvent[]>('network heals', 'held requests arrive'),
);

const offer = fc.constantFrom<Decision[]>('added', 'added', 'discarded', 'put off', 'left');
const signIn = fc.record({ signIn: fc.constantFrom(...PEOPLE, null), offer });
const deviceEvent = fc.oneof(
  { weight: 4, arbitrary: signIn },
  { weight: 1, arbitrary: fc.record({ offer }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom<DeviceEvent[]>(
      ...(['session expires', 'session is renewed', 'storage is deleted'] as const),
      ...(['storage is full', 'storage has room', 'back up', 'restore'] as const),
      ...(['notes are deleted', 'notes are deleted', 'notes are deleted'] as const),
      ...(['notes are full', 'discard own work'] as const),
    ),
  },
);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const pause = fc.record({ pause: fc.constantFrom(MINUTE, 6 * MINUTE, DAY, 5 * DAY) });
const publish = fc.record({ publish: fc.nat(CONTENTS.length - 1) });

const step: fc.Arbitrary<Step> = fc.record({
  device: fc.nat(4),
  tab: fc.nat(2),
  atOnce: fc.nat(4).map((n) => n === 0),
  what: fc.oneof(
    { weight: 10, arbitrary: act },
    { weight: 3, arbitrary: tabEvent },
    { weight: 5, arbitrary: networkEvent },
    { weight: 3, arbitrary: deviceEvent },
    { weight: 3, arbitrary: pause },
    { weight: 1, arbitrary: publish },
  ),
});

const devicePlan: fc.Arbitrary<DevicePlan> = fc.record({
  clockOff: fc.integer({ min: -10, max: 10 }),
  durable: fc.nat(5).map((n) => n > 0),
  slow: fc.constantFrom(0, 0, 1, 3),
  slowNotes: fc.constantFrom(0, 0, 0, 2, 7),
  user: fc.constantFrom<(Person | null)[]>('ada', 'ada', 'ada', 'ben', null, null),
});

/** Learners with several devices, over days, on a bad network. */
export const histories: fc.Arbitrary<History> = fc.record({
  devices: fc.array(devicePlan, { minLength: 2, maxLength: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }),
});
