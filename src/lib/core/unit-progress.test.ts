import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import type { ContentData, ScorePolicy } from './content.ts';
import type { ItemState } from './item-state.ts';
import { absorb, isCompleted, joinStates, UNTOUCHED } from './item-state.ts';
import { expectSame, law } from './laws.testing.ts';
import type { Stamped } from './operation.ts';
import { unitTruth } from './oracle.testing.ts';
import type { Progress } from './unit-progress.ts';
import { STATUSES, unitProgress } from './unit-progress.ts';
import { DEVICES, happenings, play, START } from './world.testing.ts';

/** An exercise with three ids, as the author writes it. */
const knots = (score?: ScorePolicy): ContentData => ({
  id: 'knots',
  type: 'exercise',
  title: 'Knots',
  aliases: ['__proto__', 'old-knots'],
  passingScore: 50,
  ...(score && { score }),
});

const itemOf = (data: ContentData) => createCatalogue([data]).units[0]!;
const item = itemOf(knots());

/** Stories about all three ids; of one id only, as if the item had no aliases. */
const groupHistories = happenings.map((story) =>
  play(
    story,
    item.ids.map((id) => itemOf({ ...knots(), id, aliases: [] })),
  ),
);
const histories = happenings.map((story) => play(story, [itemOf({ ...knots(), aliases: [] })]));
const policies = fc.constantFrom<(ScorePolicy | undefined)[]>(undefined, 'best', 'latest', 'first');

describe('progress on a unit', () => {
  law(
    'is what the operations on all its ids come to',
    {
      holds: unitProgress,
      fails: {
        'the states of the ids joined': (each, states) =>
          unitProgress(each, [states.reduce(joinStates, UNTOUCHED)]),
        "the item's own id alone": (each, states) => unitProgress(each, states.slice(0, 1)),
        'the date of the last completion': (each, states) => ({
          ...unitProgress(each, states),
          completedAt: latestCompletion(states),
        }),
        'a percentage of 100 before completion': (each, states) => {
          const progress = unitProgress(each, states);
          const highest = Math.max(...states.map((state) => state.percentage));
          return {
            ...progress,
            progressPercentage: Math.max(highest, progress.progressPercentage),
          };
        },
        'one score policy for all': (each, states) =>
          unitProgress({ ...each, score: 'latest' }, states),
      },
    },
    (derive: typeof unitProgress) =>
      fc.property(groupHistories, policies, (history, policy) => {
        const data = knots(policy);
        const truth = unitTruth(data, history);
        const progress = derive(itemOf(data), statesOf(history));
        expectSame(
          {
            done: progress.status === 'completed',
            begun: progress.status !== 'not-started',
            completedAt: progress.completedAt,
            percentage: progress.progressPercentage,
            score: progress.score,
            started: progress.startedAt,
            lastAccessed: progress.lastAccessedAt,
            spent: progress.timeSpentMs,
          },
          truth,
        );
      }),
  );

  law(
    'is never lowered by anything but reopening and starting again',
    {
      holds: absorb,
      fails: {
        'a later visit that counts for more': (state, each) =>
          each.kind === 'opened' ? { ...absorb(state, each), done: {} } : absorb(state, each),
        'the last percentage': (state, each) =>
          each.kind === 'advanced'
            ? { ...absorb(state, each), percentage: each.percentage }
            : absorb(state, each),
      },
    },
    (absorbed: typeof absorb) =>
      fc.property(histories, (history) => {
        let state = UNTOUCHED;
        for (const each of history) {
          const before = unitProgress(item, [state]);
          state = absorbed(state, each);
          if (each.kind === 'reopened' || each.kind === 'restarted') continue;
          const after = unitProgress(item, [state]);
          expect(rank(after)).toBeGreaterThanOrEqual(rank(before));
          expect(after.progressPercentage).toBeGreaterThanOrEqual(before.progressPercentage);
        }
      }),
  );

  law(
    'keeps the date of the first completion, which only a late arrival moves, and only back',
    {
      holds: unitProgress,
      fails: {
        'the date of the last completion': (each, states) => ({
          ...unitProgress(each, states),
          completedAt: latestCompletion(states),
        }),
      },
    },
    (derive: typeof unitProgress) =>
      fc.property(histories, fc.integer({ min: -9, max: 9 }), (history, days) => {
        const state = history.reduce(absorb, UNTOUCHED);
        fc.pre(isCompleted(state));
        const first = derive(item, [state]);
        const time = first.completedAt! + days * 1000;
        const again = derive(item, [absorb(state, completion({ time, epoch: state.epoch }))]);
        expect(again.completedAt).toBe(Math.min(first.completedAt!, time));
        // Of two at the very same time either may be called the first.
        if (days > 0) expect(again.completedBy).toBe(first.completedBy);
        if (days < 0) expect(again.completedBy).toBe('video');
      }),
  );

  test('begins as nothing', () => {
    const nothing: Progress = {
      status: 'not-started',
      completedAt: null,
      completedBy: null,
      completedVersion: null,
      startedAt: null,
      lastAccessedAt: null,
      progressPercentage: 0,
      score: null,
      data: null,
      timeSpentMs: 0,
    };
    expect(unitProgress(item, [])).toEqual(nothing);
    expect(unitProgress(item, [UNTOUCHED])).toEqual(nothing);
  });

  test('is 99 percent until it is completed, however far a video was played', () => {
    const advanced = { ...UNTOUCHED, started: START, percentage: 100 };
    expect(unitProgress(item, [advanced])).toMatchObject({
      status: 'in-progress',
      progressPercentage: 99,
    });
  });

  test('names the latest version that was completed, of all ids', () => {
    const states = [3, 7, 5].map((version) => absorb(UNTOUCHED, completion({ version })));
    expect(unitProgress(item, states).completedVersion).toBe(7);
  });

  test('shows the data saved last, of all ids, and of the first one when at the same time', () => {
    const saved = (data: string, time: number) =>
      absorb(UNTOUCHED, { ...completion({ time }), kind: 'saved', data });
    expect(unitProgress(item, [saved('a', 1), saved('b', 2), saved('c', 1)]).data).toBe('b');
    expect(unitProgress(item, [saved('a', 1), UNTOUCHED, saved('b', 1)]).data).toBe('a');
  });

  test('knows the first of attempts made at the same time by its id, in whatever order they are', () => {
    const attempt = (score: number) => ({ score, time: 1, passed: false, version: 1 });
    const attempts = { b: attempt(20), a: attempt(10), c: attempt(30) };
    for (const entries of [Object.entries(attempts), Object.entries(attempts).reverse()]) {
      const state = { ...UNTOUCHED, attempts: Object.fromEntries(entries) };
      expect(unitProgress(itemOf(knots('first')), [state]).score).toBe(10);
      expect(unitProgress(itemOf(knots('latest')), [state]).score).toBe(30);
    }
  });

  test('knows the first of completions made at the same time by device and seq', () => {
    const done = {
      b: [{ seq: 1, time: 5, by: 'video' as const, version: 1 }],
      a: [
        { seq: 3, time: 5, by: 'exercise' as const, version: 1 },
        { seq: 4, time: 5, by: 'api' as const, version: 1 },
      ],
    };
    for (const entries of [Object.entries(done), Object.entries(done).reverse()]) {
      const state = { ...UNTOUCHED, done: Object.fromEntries(entries) };
      expect(unitProgress(item, [state]).completedBy).toBe('exercise');
    }
  });

  test('takes the best score for an item that is not known here', () => {
    const attempts = [40, 90, 20].map((score, time) => [
      `${time}`,
      { score, time, passed: false, version: 1 },
    ]);
    const state = { ...UNTOUCHED, attempts: Object.fromEntries(attempts) as ItemState['attempts'] };
    expect(unitProgress(undefined, [state]).score).toBe(90);
  });
});

function statesOf(history: readonly Stamped[]): ItemState[] {
  return item.ids.map((id) =>
    history.filter(({ contentId }) => contentId === id).reduce(absorb, UNTOUCHED),
  );
}

function completion(more: { time?: number; epoch?: number; version?: number }) {
  const origin = { device: DEVICES[0], seq: 1000, contentId: 'knots', time: START, epoch: 0 };
  return { ...origin, kind: 'completed' as const, by: 'video' as const, version: 1, ...more };
}

function latestCompletion(states: readonly ItemState[]): number | null {
  const times = states.flatMap((state) => Object.values(state.done).flat()).map(({ time }) => time);
  return times.length > 0 ? Math.max(...times) : null;
}

function rank({ status }: Progress): number {
  return STATUSES.indexOf(status);
}
