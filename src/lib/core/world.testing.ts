import fc from 'fast-check';
import type { Item } from './catalogue.ts';
import type { ItemState } from './item-state.ts';
import { absorb, seenIn, UNTOUCHED } from './item-state.ts';
import type { Act, Operation, OperationKind, Stamped } from './operation.ts';
import { COMPLETED_BY } from './operation.ts';
import { effectiveTime, stamp } from './stamp.ts';

const DAY = 24 * 60 * 60 * 1000;

/** When the histories begin. */
export const START = Date.UTC(2026, 4, 2);

/** Names that an unwary map confuses with its own; `server` is the device of plain API calls. */
export const DEVICES = ['__proto__', 'constructor', '12345678', 'laptop-one', 'server'] as const;

const ATTEMPTS = ['__proto__', 'toString', '1', 'z', 'a'] as const;

/** Something that happens on a device, before it is known what the device holds by then. */
export interface Happening {
  device: number;
  does: OperationKind | 'sync';
  /** Which of the content ids at hand it is done to. */
  item: number;
  /** How much of it: a percentage, a score, a time. */
  amount: number;
  /** Milliseconds since the last happening. */
  wait: number;
  /** How wrong the device's clock is just then, in milliseconds. */
  skew: number;
}

const kinds = fc.oneof(
  { weight: 4, arbitrary: fc.constant('completed' as const) },
  { weight: 3, arbitrary: fc.constantFrom('reopened' as const, 'attempted' as const) },
  { weight: 1, arbitrary: fc.constantFrom('restarted' as const, 'opened' as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('advanced' as const, 'spent' as const, 'saved' as const),
  },
  { weight: 3, arbitrary: fc.constant('sync' as const) },
);

/** One happening, clocks right. */
export const happening: fc.Arbitrary<Happening> = fc.record({
  device: fc.nat(DEVICES.length - 1),
  does: kinds,
  item: fc.nat(50),
  amount: fc.oneof(fc.nat(100), fc.nat(100), fc.constantFrom(0, 100)),
  wait: fc.oneof(fc.nat(3), fc.nat(3 * DAY)),
  skew: fc.constant(0),
});

/** A learner's story on several devices. */
export const happenings = fc.array(happening, { maxLength: 40, size: 'max' });

interface Device {
  name: (typeof DEVICES)[number];
  seq: number;
  outbox: Operation[];
  /** What the device sees: the server's states when it last synced, and its own work since. */
  view: Map<string, ItemState>;
  spent: Map<string, number>;
  last: number | null;
}

/** The devices of one learner and the server that they sync with. */
export interface World {
  /** The server's state of each content id. */
  states: Map<string, ItemState>;
  /** Everything that the server has accepted, in that order. */
  history: Stamped[];
  /** Lets something happen; returns the operations that reached the server by it. */
  happen: (happening: Happening, ids: readonly string[]) => Stamped[];
  /** Lets all devices sync. */
  settleDown: () => Stamped[];
}

/** A world in which nothing has happened. `itemOf` is the catalogue as the server has it. */
export function createWorld(itemOf: (contentId: string) => Item | undefined): World {
  const states = new Map<string, ItemState>();
  const history: Stamped[] = [];
  const devices = DEVICES.map((name): Device => ({
    name,
    seq: 0,
    outbox: [],
    view: new Map(),
    spent: new Map(),
    last: null,
  }));
  let clock = START;

  const sync = (device: Device, skew: number): Stamped[] => {
    const accepted = device.outbox.map((operation) => {
      const { contentId, at } = operation;
      const state = states.get(contentId) ?? UNTOUCHED;
      const clocks = { server: clock, device: clock + skew, last: device.last };
      const time = (device.last = effectiveTime(at, clocks));
      const stamped = stamp(operation, { item: itemOf(contentId), state, time });
      states.set(contentId, absorb(state, stamped));
      return stamped;
    });
    device.outbox = [];
    device.view = new Map(states);
    history.push(...accepted);
    return accepted;
  };

  const act = (device: Device, { does, amount, skew }: Happening, contentId: string) => {
    if (does === 'sync') return;
    const state = device.view.get(contentId) ?? UNTOUCHED;
    const total = (device.spent.get(contentId) ?? 0) + amount;
    if (does === 'spent') device.spent.set(contentId, total);
    const name = ATTEMPTS[DEVICES.indexOf(device.name)]!;
    const attempt = Object.hasOwn(state.attempts, name) ? `${name}${device.seq}` : name;
    const operation: Operation = {
      ...actOf(does, { amount, total, state, attempt }),
      device: device.name,
      seq: ++device.seq,
      contentId,
      at: clock + skew,
      epoch: state.epoch,
    };
    device.outbox.push(device.name === 'server' ? asPlainCall(operation) : operation);
    const local = stamp(operation, { item: itemOf(contentId), state, time: operation.at });
    device.view.set(contentId, absorb(state, local));
  };

  return {
    states,
    history,
    happen(each, ids) {
      const device = devices[each.device]!;
      clock += each.wait;
      act(device, each, ids[each.item % ids.length]!);
      const syncs = each.does === 'sync' || device.name === 'server';
      return syncs ? sync(device, each.skew) : [];
    },
    settleDown: () => devices.flatMap((device) => sync(device, 0)),
  };
}

/** All that the server accepts in a story about these items, everything delivered in the end. */
export function play(story: readonly Happening[], items: readonly Item[]): Stamped[] {
  const world = createWorld((id) => items.find((item) => item.id === id));
  for (const each of story) {
    world.happen(
      each,
      items.map((item) => item.id),
    );
  }
  world.settleDown();
  return world.history;
}

interface Particulars {
  amount: number;
  total: number;
  state: ItemState;
  attempt: string;
}

function actOf(kind: OperationKind, { amount, total, state, attempt }: Particulars): Act {
  switch (kind) {
    case 'advanced':
      return { kind, percentage: amount };
    case 'completed':
      return { kind, by: COMPLETED_BY[amount % COMPLETED_BY.length]!, version: 1 + (amount % 3) };
    case 'reopened':
      return { kind, seen: seenIn(state) };
    case 'attempted':
      return amount % 7 === 0 ? { kind, attempt, answers: [] } : { kind, attempt, score: amount };
    case 'spent':
      return { kind, ms: total };
    case 'saved':
      return { kind, data: { page: amount % 5, constructor: [amount % 2] } };
    case 'opened':
    case 'restarted':
      return { kind };
  }
}

/** Without all that the server gives. */
function asPlainCall(operation: Operation): Operation {
  const { epoch, ...plain } = operation;
  if (plain.kind === 'reopened') delete plain.seen;
  if (plain.kind === 'completed') delete plain.version;
  return plain;
}
