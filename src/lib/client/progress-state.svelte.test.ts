import { flushSync } from 'svelte';
import { describe, expect, test } from 'vitest';
import type { ContentData, Loaded } from '../core/index.ts';
import { UNTOUCHED } from '../core/index.ts';
import { ProgressState } from './progress-state.svelte.ts';

const content: ContentData[] = [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    children: Array.from({ length: 40 }, (_, module) => ({
      id: `m${module}`,
      type: 'module' as const,
      title: `Module ${module}`,
      children: Array.from({ length: 25 }, (_, unit) => ({
        id: `u${module}-${unit}`,
        type: 'lesson' as const,
        title: `Lesson ${unit}`,
      })),
    })),
  },
];

const loaded: Loaded = {
  user: null,
  outline: { version: 'v', content },
  changes: [],
  cursor: null,
};

describe('reactive progress', () => {
  /** Draws the status of every item, and counts how often each was drawn. */
  function draw(progress: ProgressState) {
    const drawn = new Map<string, string[]>();
    const stop = $effect.root(() => {
      for (const { id } of progress.catalogue.items.values()) {
        $effect(() => {
          drawn.set(id, [...(drawn.get(id) ?? []), progress.get(id).status]);
        });
      }
    });
    flushSync();
    return { drawn, stop };
  }

  test('draws again only what a mark has changed', async () => {
    const progress = new ProgressState({ loaded });
    const { drawn, stop } = draw(progress);
    await progress.complete('u3-4');
    flushSync();
    const again = [...drawn].filter(([, statuses]) => statuses.length > 1);
    expect(Object.fromEntries(again)).toEqual({
      'u3-4': ['not-started', 'completed'],
      m3: ['not-started', 'in-progress'],
      knots: ['not-started', 'in-progress'],
    });
    stop();
  });

  test('draws nothing again when a navigation brings what is known', async () => {
    const progress = new ProgressState({ loaded });
    await progress.complete('u0-0');
    const { drawn, stop } = draw(progress);
    const leave = $effect.root(() => {
      $effect.pre(() => progress.hydrate({ ...loaded }));
    });
    flushSync();
    expect([...drawn.values()].every((statuses) => statuses.length === 1)).toBe(true);
    leave();
    stop();
  });

  test('of other content follows what another page brings', () => {
    const progress = new ProgressState({ loaded });
    const { catalogue } = progress;
    const [lesson] = catalogue.units;
    const seen: unknown[] = [];
    const stop = $effect.root(() => {
      $effect(() => {
        const state = progress.bookOf(catalogue).states.get(lesson!.id);
        seen.push([progress.isEmpty, state?.lastAccessed ?? null]);
      });
    });
    flushSync();
    const outline = { version: 'w', content: [{ id: 'b', type: 'lesson' as const, title: 'B' }] };
    const state = { ...UNTOUCHED, started: 5, lastAccessed: 5 };
    const key = { userId: '', contentId: lesson!.id, contentType: lesson!.type };
    const record = { ...progress.get(lesson!.id), ...key, id: 'r', revision: 1 };
    progress.hydrate({ ...loaded, outline, changes: [{ record, state }] });
    flushSync();
    expect(seen).toEqual([
      [true, null],
      [false, 5],
    ]);
    stop();
  });

  test('follows units that lie in no container', async () => {
    const units = ['a', 'b'].map((id): ContentData => ({ id, type: 'lesson', title: id }));
    const outline = { version: 'v', content: units };
    const progress = new ProgressState({ loaded: { ...loaded, outline } });
    const seen: unknown[] = [];
    const stop = $effect.root(() => {
      const completed = $derived(progress.summary().completed);
      const next = $derived(progress.next('a').item?.id);
      const place = $derived(progress.continueAt.item?.id);
      $effect(() => void seen.push([completed, next, place]));
    });
    flushSync();
    await progress.complete('a');
    flushSync();
    await progress.complete('b');
    flushSync();
    expect(seen).toEqual([
      [0, 'b', 'a'],
      [1, 'b', 'b'],
      [2, undefined, undefined],
    ]);
    stop();
  });

  test('shows how much waits', async () => {
    const progress = new ProgressState({ loaded });
    const seen: number[] = [];
    const stop = $effect.root(() => {
      $effect(() => {
        seen.push(progress.pending);
      });
    });
    flushSync();
    await progress.complete('m0');
    flushSync();
    expect(seen).toEqual([0, 25]);
    stop();
  });

  test('follows a learner who signs in', () => {
    const progress = new ProgressState({ loaded });
    const seen: (string | null)[] = [];
    const stop = $effect.root(() => {
      $effect(() => {
        seen.push(progress.user, progress.get('knots').userId);
      });
    });
    flushSync();
    progress.hydrate({ ...loaded, user: 'ada' });
    flushSync();
    expect(seen).toEqual([null, '', 'ada', 'ada']);
    stop();
  });
});
