import { beforeEach, describe, expect, test } from 'vitest';
import type { ContentData, Loaded } from '../core/index.ts';
import { createCatalogue, explain, outlineOf } from '../core/index.ts';
import { ProgressState } from './progress-state.svelte.ts';
import type { World } from './world.testing.ts';
import { createWorld, lesson, START } from './world.testing.ts';

const content: ContentData[] = [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    children: [
      lesson('a', { aliases: ['old-a'] }),
      {
        id: 'more',
        type: 'module',
        title: 'More',
        children: [
          lesson('b'),
          lesson('c', { optional: true }),
          { id: 'quiz', type: 'exercise', title: 'Quiz', graded: true },
        ],
      },
      { id: 'game', type: 'exercise', title: 'Game' },
    ],
  },
  { id: 'rope', type: 'course', title: 'Rope', children: [lesson('d')] },
  lesson('loose-1'),
  lesson('loose-2'),
];

const catalogue = createCatalogue(content);

/** What the server loads for a guest. */
const loadedFor = (contentId: string): Loaded => ({
  user: null,
  outline: outlineOf(catalogue, catalogue.items.get(contentId)!),
  changes: [],
  cursor: null,
});

const guest = (contentId = 'a') => {
  let time = START;
  return new ProgressState({ loaded: loadedFor(contentId), now: () => time++ });
};

describe('a guest', () => {
  test('begins with nothing done', () => {
    const progress = guest();
    expect(progress.user).toBeNull();
    expect([progress.sync, progress.pending, progress.attention]).toEqual(['on-device', 0, []]);
    expect(progress.get('a')).toEqual({
      id: null,
      userId: '',
      contentId: 'a',
      contentType: 'lesson',
      status: 'not-started',
      completedAt: null,
      completedBy: null,
      lastAccessedAt: null,
      progressPercentage: 0,
      score: null,
      data: null,
      startedAt: null,
      timeSpentMs: 0,
      revision: 0,
    });
    expect(progress.summary()).toMatchObject({ completed: 0, total: 4, status: 'not-started' });
  });

  test('completes, takes back and starts again', async () => {
    const progress = guest();
    await progress.complete('a', 'scroll');
    expect(progress.get('a')).toMatchObject({
      status: 'completed',
      completedBy: 'scroll',
      completedAt: new Date(START).toISOString(),
      progressPercentage: 100,
    });
    await progress.reopen('a');
    expect(progress.get('a').status).toBe('in-progress');
    await progress.restart('a');
    expect(progress.get('a').status).toBe('not-started');
    expect(progress.pending).toBe(3);
  });

  test('does what was asked one after the other, without waiting in between', async () => {
    const progress = guest();
    await Promise.all([
      progress.complete('a'),
      progress.reopen('a'),
      progress.complete('a'),
      progress.complete('a'),
    ]);
    expect(progress.get('a').status).toBe('completed');
    // The last one found nothing left to do.
    expect(progress.pending).toBe(3);
  });

  test('is told in how many units something waits, not how many visits', async () => {
    const progress = guest();
    await progress.open('a');
    await progress.spend('a', 1000);
    await progress.open('b');
    expect([progress.pending, progress.device.waitingUnits]).toEqual([3, 0]);
    await progress.complete('a');
    await progress.save('a', { draft: 'half a sentence' });
    await progress.reopen('a');
    expect(progress.device.waitingUnits).toBe(1);
    await progress.complete('b');
    expect(progress.device.waitingUnits).toBe(2);
  });

  test('completes a container but for what only grading completes', async () => {
    const progress = guest();
    const open = await progress.complete('knots');
    expect(open.map(({ id }) => id)).toEqual(['quiz']);
    expect(progress.summary()).toMatchObject({ completed: 3, total: 4, status: 'in-progress' });
    expect(progress.summary('more')).toMatchObject({ completed: 1, total: 2 });
    expect(progress.get('c').status).toBe('not-started');
    const { catalogue, book } = progress;
    const { left } = explain(catalogue, book, catalogue.items.get('knots')!);
    expect(left).toMatchObject([{ item: { id: 'quiz' } }]);
    await progress.restart('knots');
    expect(progress.summary()).toMatchObject({ completed: 0, status: 'not-started' });
  });

  test('gets further, spends time, saves and attempts', async () => {
    const progress = guest();
    await progress.open('b');
    await progress.advance('b', 33.9);
    await progress.advance('b', 20);
    await progress.spend('b', 1_000.4);
    await progress.spend('b', 500);
    await progress.save('b', { at: 12 });
    await progress.save('b', { at: 3 });
    expect(progress.get('b')).toMatchObject({
      status: 'in-progress',
      progressPercentage: 33,
      timeSpentMs: 1_500,
      data: { at: 3 },
    });
    // Four kinds, each joined with what was not sent yet.
    expect(progress.pending).toBe(4);
    await progress.attempt('game', { score: 40 });
    expect(progress.get('game')).toMatchObject({ status: 'in-progress', score: 40 });
    await progress.attempt('game', { score: 70 });
    expect(progress.get('game')).toMatchObject({ status: 'completed', score: 70 });
  });

  test('saves a copy, which later changes do not reach', async () => {
    const progress = guest();
    const draft = { answer: 'a' };
    const saved = progress.save('b', draft);
    draft.answer = 'b';
    await saved;
    expect(progress.get('b').data).toEqual({ answer: 'a' });
  });

  test('is led on', async () => {
    const progress = guest();
    expect(progress.continueAt.item?.id).toBe('a');
    expect(progress.next('quiz')).toMatchObject({ item: { id: 'game' }, reason: 'ahead' });
    expect(progress.next('game')).toMatchObject({ item: { id: 'a' }, reason: 'skipped' });
    await progress.complete('a');
    expect(progress.continueAt.item?.id).toBe('b');
    await progress.open('game');
    expect(progress.continueAt.item?.id).toBe('game');
    expect(progress.next().item?.id).toBe('b');
  });
});

test('an item answers to its aliases', async () => {
  const progress = guest();
  await progress.complete('old-a');
  expect(progress.get('old-a')).toEqual(progress.get('a'));
  expect(progress.get('a')).toMatchObject({ contentId: 'a', status: 'completed' });
});

test('loose lessons are read as if in one course', async () => {
  const progress = guest('loose-1');
  expect(progress.summary()).toMatchObject({ completed: 0, total: 2, status: 'not-started' });
  await progress.complete('loose-1');
  expect(progress.summary()).toMatchObject({
    completed: 1,
    progressPercentage: 50,
    status: 'in-progress',
  });
  expect(progress.next('loose-1')).toMatchObject({ item: { id: 'loose-2' }, reason: 'ahead' });
  await progress.complete('loose-2');
  expect(progress.summary()).toMatchObject({ progressPercentage: 100, status: 'completed' });
  expect(progress.next('loose-2')).toEqual({ item: null, reason: 'done' });
});

test('a page without content has nothing to do', () => {
  const outline = { version: 'v', content: [] };
  const progress = new ProgressState({ loaded: { ...loadedFor('a'), outline } });
  expect(progress.summary()).toMatchObject({ completed: 0, total: 0, status: 'not-started' });
  expect(progress.next()).toEqual({ item: null, reason: 'done' });
});

describe('a mistake in calling is told in a sentence', () => {
  const progress = guest();
  const mistakes: [string, () => unknown, string][] = [
    ['an unknown id', () => progress.get('nowhere'), 'The outline holds no item "nowhere"'],
    ['completing an unknown id', () => progress.complete('nowhere'), 'holds no item "nowhere"'],
    ['the summary of a unit', () => progress.summary('a'), 'use get("a")'],
    ['opening a container', () => progress.open('more'), '"more" is a module'],
    ['a percentage above 100', () => progress.advance('a', 101), '101 is no percentage'],
    ['a score that is no number', () => progress.attempt('game', { score: NaN }), 'NaN is no'],
  ];

  test.each(mistakes)('%s', (_, call, sentence) => {
    expect(call).toThrow(sentence);
  });
});

describe('a learner', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(content);
  });

  test('sees at first what the server has', async () => {
    await world.server.record('ada', [{ contentId: 'a', kind: 'completed', by: 'button' }]);
    const progress = new ProgressState({ loaded: await world.load('a') });
    expect(progress.get('a')).toMatchObject({ userId: 'ada', status: 'completed', revision: 1 });
    expect(progress.get('a').id).not.toBeNull();
    expect(progress.summary()).toMatchObject({ completed: 1, total: 4, progressPercentage: 25 });
  });

  test('finds a mark at once here, and afterwards on the server', async () => {
    const progress = await world.visit('a');
    await progress.complete('a');
    expect(progress.get('a').status).toBe('completed');
    expect(progress.summary()).toMatchObject({ completed: 1, progressPercentage: 25 });
    expect([progress.sync, progress.pending]).toEqual(['saving', 1]);
    await world.settle();
    expect([progress.sync, progress.pending]).toEqual(['saved', 0]);
    expect((await world.server.summary('ada', 'knots')).completed).toBe(1);
  });

  test('sees a mark at once, even before the device was asked what it keeps', async () => {
    const progress = new ProgressState({ loaded: await world.load('a') });
    const kept = progress.complete('a');
    expect([progress.device.known, progress.get('a').status, progress.pending]).toEqual([
      false,
      'completed',
      1,
    ]);
    await kept;
    expect([progress.device.known, progress.get('a').status, progress.pending]).toEqual([
      true,
      'completed',
      1,
    ]);
    await progress.reopen('a');
    expect(progress.get('a').status).toBe('in-progress');
  });

  test('takes back a mark that is only on its way to the device', async () => {
    const progress = await world.visit('a');
    void progress.complete('a');
    void progress.reopen('a');
    // In the very frame of the click, though the outbox has named nothing yet.
    expect(progress.get('a').status).toBe('in-progress');
    await world.settle();
    expect([progress.pending, progress.attention]).toEqual([0, []]);
    expect(progress.get('a').status).toBe('in-progress');
    expect((await world.server.summary('ada', 'knots')).completed).toBe(0);
  });

  test('ticks and unticks faster than the device writes: each click is an operation', async () => {
    const progress = await world.visit('a');
    for (let click = 0; click < 11; click++) {
      const done = progress.get('a').status === 'completed';
      expect(done).toBe(click % 2 === 1);
      void (done ? progress.reopen('a') : progress.complete('a'));
    }
    expect(progress.pending).toBe(11);
    await world.settle();
    expect([progress.pending, progress.attention]).toEqual([0, []]);
    expect(progress.get('a').status).toBe('completed');
    expect((await world.server.summary('ada', 'knots')).completed).toBe(1);
    const { operations } = await world.server.export('ada');
    expect(operations.map(({ kind }) => kind)).toHaveLength(11);
  });

  test('sends nothing before the page has started, and nothing more once it has stopped', async () => {
    const progress = await world.visit('a');
    progress.stop();
    await progress.complete('a');
    await world.clock.advance(600_000);
    expect(world.network.arrived).toEqual([]);
    progress.start();
    await world.settle();
    expect(progress.pending).toBe(0);
  });

  test('hands in answers without a network, sees that they wait, and then how they were graded', async () => {
    const progress = await world.visit('quiz');
    world.network.next = ['cut before the server'];
    await progress.attempt('quiz', { answers: 'right' });
    const waiting = () => progress.waiting.map(({ kind, contentId }) => `${kind} ${contentId}`);
    expect(waiting()).toEqual(['attempted quiz']);
    await world.settle();
    expect(world.network.happened).toHaveLength(1);
    expect(waiting()).toEqual(['attempted quiz']);
    expect(progress.get('quiz')).toMatchObject({ status: 'in-progress', score: null });
    await world.clock.advance(60_000);
    expect(waiting()).toEqual([]);
    expect(progress.get('quiz')).toMatchObject({ status: 'completed', score: 100 });
  });

  test('goes on with another course, and what waits is still sent', async () => {
    const progress = await world.visit('a');
    world.network.next = ['cut before the server'];
    await progress.complete('a');
    await world.settle();
    expect(world.network.happened).toHaveLength(1);
    progress.hydrate(await world.load('d'));
    expect(() => progress.get('a')).toThrow('holds no item');
    expect([progress.get('d').status, progress.pending]).toEqual(['not-started', 1]);
    await progress.complete('d');
    await world.clock.advance(60_000);
    expect(progress.pending).toBe(0);
    progress.hydrate(await world.load('a'));
    expect(progress.get('a').status).toBe('completed');
    expect((await world.server.summary('ada', 'rope')).completed).toBe(1);
  });

  test('who was a guest before takes nothing of it along unasked', async () => {
    world.session = null;
    const progress = await world.visit('a');
    await progress.complete('a');
    world.session = 'ada';
    progress.hydrate(await world.load('a'));
    await world.settle();
    expect([progress.get('a').status, progress.pending]).toEqual(['not-started', 0]);
    expect(world.network.arrived).toEqual([]);
  });

  test('leaves nothing to the next guest', async () => {
    const progress = await world.visit('a');
    await progress.complete('a');
    await world.settle();
    world.session = null;
    progress.hydrate(await world.load('a'));
    expect([progress.user, progress.get('a').status]).toEqual([null, 'not-started']);
    await progress.complete('b');
    await world.settle();
    expect([progress.sync, progress.pending]).toEqual(['on-device', 1]);
    expect(world.network.arrived).toHaveLength(1);
  });

  test('is told when the content has changed', async () => {
    const progress = await world.visit('a');
    world.publish([...content, lesson('loose-3')]);
    expect(progress.outdated).toBe(false);
    await progress.complete('a');
    await world.settle();
    expect(progress.outdated).toBe(true);
    progress.hydrate(await world.load('a'));
    expect([progress.outdated, progress.get('a').status]).toEqual([false, 'completed']);
  });

  test('is told when the browser is offline', async () => {
    const progress = await world.visit('a');
    world.tell('offline');
    expect([progress.online, progress.sync]).toEqual([false, 'offline']);
    world.tell('online');
    expect([progress.online, progress.sync]).toEqual([true, 'saved']);
  });
});
