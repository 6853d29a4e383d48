import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import type { ItemState } from './item-state.ts';
import { absorb, isBlank, isCompleted, joinStates, seenIn, UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import type { OperationKind, Stamped } from './operation.ts';
import { COMPLETED_BY } from './operation.ts';
import { DEVICES, happenings, play } from './world.testing.ts';

type Join = (a: ItemState, b: ItemState) => ItemState;

const item = createCatalogue([{ id: 'knots', type: 'exercise', title: 'Knots' }]).units[0]!;

/** Operations as they really come: from devices that saw what they could have seen. */
const histories = happenings.map((story) => play(story, [item]));

/** Operations as nobody should make them: names used twice, epochs and reopenings at will. */
const anyOperation = fc.record({
  device: fc.constantFrom(...DEVICES.slice(0, 3)),
  seq: fc.integer({ min: 1, max: 4 }),
  contentId: fc.constant('knots'),
  time: fc.nat(3),
  epoch: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(2)),
});
const anyAct = fc.oneof(
  fc.record({ kind: fc.constantFrom('opened' as const, 'restarted' as const) }),
  fc.record({ kind: fc.constant('advanced' as const), percentage: fc.nat(100) }),
  fc.record({
    kind: fc.constant('completed' as const),
    by: fc.constantFrom(...COMPLETED_BY),
    version: fc.nat(2),
  }),
  fc.record({
    kind: fc.constant('reopened' as const),
    seen: fc.dictionary(fc.constantFrom(...DEVICES.slice(0, 3)), fc.integer({ min: 1, max: 4 })),
  }),
  fc.record({
    kind: fc.constant('attempted' as const),
    attempt: fc.constantFrom('__proto__', 'a'),
    version: fc.nat(2),
    judgement: fc.option(fc.record({ score: fc.nat(100), passed: fc.boolean() })),
  }),
  fc.record({ kind: fc.constant('spent' as const), ms: fc.nat(9) }),
  fc.record({ kind: fc.constant('saved' as const), data: fc.jsonValue({ maxDepth: 1 }) }),
);
const states = fc.array(fc.tuple(anyOperation, anyAct), { maxLength: 8, size: 'max' }).map((all) =>
  absorbAll(
    joinStates,
    all.map(([origin, act]) => ({ ...origin, ...act }) as Stamped),
  ),
);

/** What is wrong with them is said by their names. */
const mutants = {
  'the last writer winning': (a, b) => ((a.lastAccessed ?? 0) >= (b.lastAccessed ?? 0) ? a : b),
  'time spent added up': (a, b) => ({
    ...joinStates(a, b),
    spent: Object.fromEntries(
      [...DEVICES].map((name) => [name, (own(a.spent, name) ?? 0) + (own(b.spent, name) ?? 0)]),
    ),
  }),
  'reopenings forgotten once applied': (a, b) => ({ ...joinStates(a, b), undone: {} }),
  'reopening as a switch': (a, b) => {
    const joined = joinStates(a, b);
    return { ...joined, done: Object.keys(joined.undone).length > 0 ? {} : joined.done };
  },
  'the first saved data kept': (a, b) => ({ ...joinStates(a, b), saved: a.saved ?? b.saved }),
  'the mean percentage': (a, b) => ({
    ...joinStates(a, b),
    percentage: Math.floor((a.percentage + b.percentage) / 2),
  }),
  'time spent inside the epoch': (a, b) => {
    const { spent, lastAccessed } = a.epoch > b.epoch ? a : b;
    return a.epoch === b.epoch ? joinStates(a, b) : { ...joinStates(a, b), spent, lastAccessed };
  },
  'epochs that do not matter': (a, b) => {
    const epoch = Math.max(a.epoch, b.epoch);
    return joinStates({ ...a, epoch }, { ...b, epoch });
  },
  'one completion per device': (a, b) => {
    const joined = joinStates(a, b);
    const last = Object.entries(joined.done).map(([device, all]) => [device, all.slice(-1)]);
    return { ...joined, done: Object.fromEntries(last) as ItemState['done'] };
  },
} satisfies Record<string, Join>;

describe('the join of item states', () => {
  law(
    'is commutative',
    {
      holds: joinStates,
      fails: pick('the last writer winning', 'the first saved data kept'),
    },
    (join) =>
      fc.property(states, states, (a, b) => {
        expectSame(join(a, b), join(b, a));
      }),
  );

  law(
    'is associative',
    {
      holds: joinStates,
      fails: pick('reopenings forgotten once applied', 'the mean percentage'),
    },
    (join) =>
      fc.property(states, states, states, (a, b, c) => {
        expectSame(join(join(a, b), c), join(a, join(b, c)));
      }),
  );

  law(
    'is idempotent',
    { holds: joinStates, fails: pick('time spent added up', 'reopenings forgotten once applied') },
    (join) =>
      fc.property(states, (a) => {
        expectSame(join(a, a), a);
      }),
  );

  law(
    'never loses what it absorbed',
    {
      holds: joinStates,
      fails: pick('the last writer winning', 'time spent inside the epoch', 'the mean percentage'),
    },
    (join) =>
      fc.property(states, states, (a, b) => {
        const joined = join(a, b);
        expectSame(joinStates(joined, a), joined);
        expectSame(joinStates(joined, b), joined);
      }),
  );

  law(
    'changes nothing by an item that nobody touched',
    { holds: joinStates, fails: pick('the mean percentage') },
    (join) =>
      fc.property(states, (a) => {
        expectSame(join(a, UNTOUCHED), a);
        expectSame(join(UNTOUCHED, a), a);
      }),
  );
});

describe('operations', () => {
  law(
    'give the same state in any order, however often and in whatever batches',
    {
      holds: joinStates,
      fails: pick(
        'the last writer winning',
        'time spent added up',
        'reopenings forgotten once applied',
        'the first saved data kept',
        'the mean percentage',
      ),
    },
    (join) =>
      fc.property(histories.chain(delivered), ({ history, batches }) => {
        const replicas = batches.map((batch) => absorbAll(join, batch));
        expectSame(replicas.reduce(join, UNTOUCHED), absorbAll(join, history));
      }),
  );

  law(
    'are absorbed one by one as states are joined',
    { holds: absorb, fails: { 'an operation that replaces': (_, each) => stateOf(each) } },
    (absorbed: typeof absorb) =>
      fc.property(histories, (history) => {
        const state = history.reduce(absorbed, UNTOUCHED);
        expectSame(state, absorbAll(joinStates, history));
        for (const each of history) expectSame(absorb(state, each), state);
      }),
  );
});

describe('a completion', () => {
  law(
    'wins over a reopening that had not seen it, whatever the clocks say',
    { holds: joinStates, fails: pick('reopening as a switch', 'the last writer winning') },
    (join) =>
      fc.property(histories, fc.nat(), fc.nat(), fc.boolean(), (history, ...rest) => {
        const [early, late, reopenedFirst] = rest;
        const before = absorbAll(joinStates, history);
        const reopened = later(before, 'reopened', { time: early, seen: seenIn(before) });
        const unseen = later(before, 'completed', { time: late, device: 'tablet-two' });
        const both = reopenedFirst ? [reopened, unseen] : [unseen, reopened];
        expect(isCompleted(absorbAll(join, [...history, ...both]))).toBe(true);
      }),
  );

  law(
    'is taken back by a reopening that had seen it, even when it arrives after it',
    {
      holds: joinStates,
      fails: pick('reopenings forgotten once applied', 'epochs that do not matter'),
    },
    (join) =>
      fc.property(histories, (history) => {
        const before = absorbAll(joinStates, history);
        const reopened = later(before, 'reopened', { seen: seenIn(before) });
        expect(isCompleted(absorbAll(join, [reopened, ...history]))).toBe(false);
        expect(isCompleted(absorbAll(join, [...history, reopened]))).toBe(false);
      }),
  );

  law(
    'is kept beside a later one of the same device',
    { holds: joinStates, fails: pick('one completion per device') },
    (join) =>
      fc.property(histories, fc.constantFrom(...DEVICES), (history, device) => {
        const before = absorbAll(joinStates, history);
        const [first, second] = [100, 200].map((seq) =>
          later(before, 'completed', { device, seq }),
        );
        const all = absorbAll(join, [...history, first!, second!]);
        expect(
          own(all.done, device)!
            .slice(-2)
            .map(({ seq }) => seq),
        ).toEqual([100, 200]);
      }),
  );
});

describe('a restart', () => {
  law(
    'leaves nothing but time spent and last access, whatever arrives late',
    {
      holds: joinStates,
      fails: pick('epochs that do not matter', 'time spent inside the epoch'),
    },
    (join) =>
      fc.property(histories, (history) => {
        const before = absorbAll(joinStates, history);
        const { lastAccessed, spent } = before;
        const again = { ...UNTOUCHED, epoch: before.epoch + 1, lastAccessed, spent };
        const restarted = later(before, 'restarted', {});
        expectSame(absorbAll(join, [...history, restarted]), again);
        expectSame(absorbAll(join, [restarted, ...history]), again);
      }),
  );

  law(
    'made on two devices at once is one restart',
    {
      holds: absorb,
      fails: {
        'restarts that count up': (state, each) =>
          each.kind === 'restarted'
            ? { ...absorb(state, each), epoch: state.epoch + 1 }
            : absorb(state, each),
      },
    },
    (absorbed: typeof absorb) =>
      fc.property(histories, (history) => {
        const before = absorbAll(joinStates, history);
        const both = ['laptop-one', 'tablet-two'].map((device) =>
          later(before, 'restarted', { device }),
        );
        expect(both.reduce(absorbed, before).epoch).toBe(before.epoch + 1);
      }),
  );
});

describe('an item state', () => {
  test('is blank until something was done in its epoch', () => {
    const opened = absorb(UNTOUCHED, later(UNTOUCHED, 'opened', {}));
    const restarted = absorb(opened, later(opened, 'restarted', {}));
    expect([UNTOUCHED, opened, restarted].map(isBlank)).toEqual([true, false, true]);
  });

  test('of an item that nobody has touched holds nothing, in the first epoch', () => {
    const nothing = { started: null, lastAccessed: null, saved: null, percentage: 0, epoch: 0 };
    expect(UNTOUCHED).toEqual({ ...nothing, done: {}, undone: {}, attempts: {}, spent: {} });
  });

  test('knows the first start and the last visit, also beside a replica that knows of none', () => {
    const [early, late] = [10, 20].map((time) =>
      absorb(UNTOUCHED, later(UNTOUCHED, 'opened', { time })),
    );
    for (const joined of [joinStates(early!, late!), joinStates(late!, early!)]) {
      expect(joined).toMatchObject({ started: 10, lastAccessed: 20 });
    }
    for (const joined of [joinStates(early!, UNTOUCHED), joinStates(UNTOUCHED, early!)]) {
      expect(joined).toMatchObject({ started: 10, lastAccessed: 10 });
    }
  });

  test('names per device the highest completion that a learner sees', () => {
    const all = [2, 9, 4].map((seq) => later(UNTOUCHED, 'completed', { device: '__proto__', seq }));
    expect(Object.entries(seenIn(absorbAll(joinStates, all)))).toEqual([['__proto__', 9]]);
  });

  test.each<[string, { time: number; score: number }, { time: number; score: number }]>([
    ['the earlier one', { time: 1, score: 90 }, { time: 2, score: 10 }],
    ['at the same time the lesser text', { time: 1, score: 10 }, { time: 1, score: 90 }],
  ])('keeps of two accounts of one attempt and its completion %s', (_, kept, dropped) => {
    const [one, other] = [kept, dropped].map(({ time, score }) => {
      const judgement = { score, passed: true };
      // The version shows which completion was kept.
      const more = { time, attempt: 'a', judgement, version: score };
      return absorb(UNTOUCHED, later(UNTOUCHED, 'attempted', more));
    });
    for (const joined of [joinStates(one!, other!), joinStates(other!, one!)]) {
      expectSame([joined.attempts, joined.done], [one!.attempts, one!.done]);
    }
  });

  test.each<[string, Partial<Record<'time' | 'device' | 'seq' | 'data', unknown>>]>([
    ['of the later time', { time: 2 }],
    ['of the same time with the greater device', { device: 'b' }],
    ['of the same device with the greater seq', { seq: 2 }],
    ['of the same operation with the greater text', { data: 'b' }],
  ])('keeps the saved data %s', (_, difference) => {
    const base = { time: 1, device: 'a', seq: 1, data: 'a' };
    const [one, other] = [base, { ...base, ...difference }].map((each) =>
      absorb(UNTOUCHED, later(UNTOUCHED, 'saved', each)),
    );
    expect(joinStates(one!, other!).saved).toEqual(other!.saved);
    expect(joinStates(other!, one!).saved).toEqual(other!.saved);
  });
});

/** Shuffles a history, with some of it repeated, into batches for several replicas. */
function delivered(history: Stamped[]) {
  return fc.subarray(history).chain((again) => {
    const all = [...history, ...again];
    const whole = { minLength: all.length, maxLength: all.length };
    return fc
      .tuple(fc.shuffledSubarray(all, whole), fc.array(fc.nat(3), whole))
      .map(([order, replicas]) => ({
        history,
        batches: [0, 1, 2, 3].map((each) => order.filter((_, i) => replicas[i] === each)),
      }));
  });
}

/** An operation on top of a state, made by a device that nothing else came from. */
function later(state: ItemState, kind: OperationKind, more: object): Stamped {
  const { epoch } = state;
  const origin = { device: 'phone-nine', seq: 1000, contentId: 'knots', time: 0, epoch };
  const payload = { by: 'button', version: 1, ms: 0, data: null, percentage: 0, seen: {} };
  return { ...origin, ...payload, kind, ...more } as Stamped;
}

function absorbAll(join: Join, operations: readonly Stamped[]): ItemState {
  return operations.map(stateOf).reduce(join, UNTOUCHED);
}

/** The state of an item of which this operation is all that happened. */
function stateOf(operation: Stamped): ItemState {
  return absorb(UNTOUCHED, operation);
}

function pick(...names: (keyof typeof mutants)[]): Record<string, Join> {
  return Object.fromEntries(names.map((name) => [name, mutants[name]]));
}

function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
