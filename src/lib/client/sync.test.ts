import { beforeEach, describe, expect, test } from 'vitest';
import type { ProgressState } from './progress-state.svelte.ts';
import type { Fault } from './network.testing.ts';
import type { World } from './world.testing.ts';
import { course, createWorld, lesson, START } from './world.testing.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const content = course(
  lesson('a'),
  lesson('b'),
  lesson('c'),
  { id: 'quiz', type: 'exercise', title: 'Quiz', graded: true },
  { id: 'game', type: 'exercise', title: 'Game' },
);

let world: World;
let progress: ProgressState;

beforeEach(async () => {
  world = await createWorld(content);
  progress = await world.visit('a');
});

describe('a request that fails', () => {
  const failures: [string, Fault][] = [
    ['never arrives', 'cut before the server'],
    ['arrives, and its answer is lost', 'cut after the server'],
    ['is answered by half an answer', 'truncated'],
    ['is answered 500', { status: 500 }],
    ['is answered 502 by a proxy', { status: 502, body: '<h1>Bad gateway</h1>' }],
    ['is answered 429 without a time', { status: 429 }],
    ['is answered 503 without a time', { status: 503 }],
    ['is answered 404', { status: 404 }],
    ['is answered by a captive portal', { status: 200, body: '<h1>Welcome to our hotel</h1>' }],
    ['is answered by JSON of somebody else', { status: 200, body: '{"v":1,"user":"ada"}' }],
  ];

  test.each(failures)('keeps its operations and sends them again when it %s', async (_, fault) => {
    world.network.next = [fault];
    await progress.complete('a');
    await world.settle();

    expect(world.network.happened).toEqual([fault]);
    expect(progress.pending).toBe(1);
    expect(progress.get('a').status).toBe('completed');
    await world.clock.advance(MINUTE);
    expect(progress.pending).toBe(0);
    expect(progress.sync).toBe('saved');
    expect(progress.get('a').status).toBe('completed');
    expect(await world.completed()).toBe(1);
    expect(await world.log()).toHaveLength(1);
  });

  test('is tried again after growing random pauses of at most five minutes', async () => {
    world.network.always = { status: 500 };
    const pauses: number[] = [];
    world.tell('hidden');
    await progress.complete('a');
    await world.settle();
    while (pauses.length < 12) {
      const before = [world.clock.now(), world.network.happened.length] as const;
      while (world.network.happened.length === before[1]) await world.clock.advance(250);
      pauses.push(world.clock.now() - before[0]);
    }
    // The test's randomness is always one half.
    expect(pauses.slice(0, 5)).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...pauses)).toBe(2.5 * MINUTE);
    expect(progress.pending).toBe(1);
  });

  test('is tried again within a minute while the page is looked at, however often it failed', async () => {
    world.network.always = { status: 500 };
    await progress.complete('a');
    await world.clock.advance(30 * MINUTE);
    world.network.always = null;
    await world.clock.advance(MINUTE);
    expect([progress.pending, progress.sync]).toEqual([0, 'saved']);
  });

  test('says that the server is out of reach until it answers', async () => {
    world.network.next = ['cut before the server'];
    await progress.complete('a');
    await world.settle();
    expect(world.network.happened).toHaveLength(1);
    expect([progress.online, progress.sync]).toEqual([false, 'offline']);
    await world.clock.advance(MINUTE);
    expect([progress.online, progress.sync]).toEqual([true, 'saved']);
  });

  test.each(['online', 'visible'] as const)('is tried again at once on %s', async (event) => {
    world.network.always = 'cut before the server';
    await progress.complete('a');
    await world.clock.advance(MINUTE);
    expect(world.network.happened.length).toBeGreaterThan(3);
    world.network.always = null;
    world.tell(event);
    await world.settle();
    expect(progress.pending).toBe(0);
  });

  test('that hangs is given up, and the next one is smaller', async () => {
    world.network.next = ['held back'];
    await Promise.all(['a', 'b', 'c'].map((id) => progress.complete(id)));
    await world.settle();
    expect(world.network.happened).toEqual(['held back']);
    await world.clock.advance(2 * MINUTE);
    expect(progress.pending).toBe(0);
    expect(world.network.arrived[0]!.operations.length).toBeLessThan(3);
    expect(await world.completed()).toBe(3);
  });
});

describe('an answer in our form', () => {
  const answer = (more: object) => ({
    status: 200,
    body: JSON.stringify({
      ...{ v: 1, user: 'ada', now: START, lastSeq: 1, results: [], changes: [] },
      ...{ cursor: 'c', more: false, catalogue: 'v', ...more },
    }),
  });

  test('that says nothing of what was sent is none, and not asked for without end', async () => {
    world.network.next = [answer({}), answer({ more: true })];
    await progress.complete('a');
    await world.settle();
    expect(world.network.happened).toHaveLength(1);
    expect(progress.pending).toBe(1);
    await world.clock.advance(MINUTE);
    expect(world.network.happened).toHaveLength(2);
    expect(progress.pending).toBe(0);
  });

  test('that leads nowhere is not asked for without end', async () => {
    world.network.always = answer({ more: true });
    world.tell('visible');
    await world.clock.advance(10 * MINUTE);
    expect(world.network.happened.length).toBeLessThan(20);
  });

  test('that is for somebody else is not taken in', async () => {
    const record = { contentId: 'a', revision: 9, status: 'completed' };
    world.network.next = [answer({ user: 'ben', changes: [{ record }] })];
    await progress.complete('b');
    await world.settle();
    expect(world.network.happened).toHaveLength(1);
    expect([progress.sync, progress.pending]).toEqual(['signed-out', 1]);
    expect(progress.get('a')).toMatchObject({ status: 'not-started', revision: 0 });
  });
});

describe('the server asks for time', () => {
  const asks: [string, Fault][] = [
    ['429 in seconds', { status: 429, headers: { 'retry-after': '120' } }],
    ['503 in seconds', { status: 503, headers: { 'retry-after': '120' } }],
    [
      '503 by a date',
      { status: 503, headers: { 'retry-after': new Date(START + 120_000).toUTCString() } },
    ],
  ];

  test.each(asks)('and gets it, whatever else happens: %s', async (_, fault) => {
    world.network.next = [fault];
    await progress.complete('a');
    await world.settle();
    expect(world.network.happened).toEqual([fault]);

    world.tell('online');
    world.tell('visible');
    await progress.complete('b');
    await world.clock.advance(119_000);
    expect(world.network.arrived).toEqual([]);
    await world.clock.advance(3_000);
    expect(await world.completed()).toBe(2);
  });
});

test('whoever asks for more time than our server ever does gets five minutes', async () => {
  const fault: Fault = { status: 503, headers: { 'retry-after': '3600' } };
  world.network.next = [fault];
  await progress.complete('a');
  await world.settle();
  expect(world.network.happened).toEqual([fault]);
  await world.clock.advance(4 * MINUTE);
  expect(await world.completed()).toBe(0);
  await world.clock.advance(1 * MINUTE + 1_000);
  expect(await world.completed()).toBe(1);
});

describe('a request on its way', () => {
  test('is the only one, and what comes meanwhile goes with the next', async () => {
    world.network.next = ['held back'];
    await progress.complete('a');
    await world.settle();
    await progress.complete('b');
    await progress.complete('c');
    await world.settle();
    expect(world.network.happened).toEqual(['held back']);
    expect(world.network.arrived).toEqual([]);

    world.network.release();
    await world.settle();
    expect(world.network.arrived.map(({ operations }) => operations.map(({ seq }) => seq))).toEqual(
      [[1], [2, 3]],
    );
    expect(progress.pending).toBe(0);
  });

  test('is never changed by what comes after', async () => {
    world.network.next = ['held back'];
    await progress.spend('a', 1_000);
    await world.settle();
    await progress.spend('a', 500);
    await progress.spend('a', 250);
    world.network.release();
    await world.settle();
    expect(world.network.happened).toEqual(['held back']);
    expect(world.network.arrived.map(({ operations }) => operations)).toMatchObject([
      [{ seq: 1, ms: 1_000 }],
      [{ seq: 2, ms: 1_750 }],
    ]);
    expect(progress.get('a').timeSpentMs).toBe(1_750);
  });

  test('may arrive twice', async () => {
    world.network.next = ['delivered twice'];
    await progress.complete('a');
    await progress.spend('a', 1_000);
    await world.settle();
    expect(world.network.happened).toEqual(['delivered twice']);
    expect(progress.pending).toBe(0);
    expect(await world.log()).toHaveLength(1);
    expect(progress.get('a').timeSpentMs).toBe(1_000);
  });
});

describe('a session that is not the learner’s', () => {
  test('when it has ended, all is kept until somebody signs in', async () => {
    world.session = null;
    await progress.complete('a');
    await world.clock.advance(DAY);
    expect([progress.sync, progress.pending]).toEqual(['signed-out', 1]);
    expect(await world.log()).toEqual([]);

    world.session = 'ada';
    progress.hydrate(await world.load('a'));
    await world.settle();
    expect([progress.sync, progress.pending]).toEqual(['saved', 0]);
    expect(await world.completed()).toBe(1);
  });

  test('when it is another learner’s, nothing is sent as that learner', async () => {
    world.session = 'ben';
    await progress.complete('a');
    await world.clock.advance(DAY);
    expect(new Set(world.network.arrived.map(({ asUser }) => asUser))).toEqual(new Set(['ada']));
    expect(await world.completed('ben')).toBe(0);
    expect([progress.sync, progress.pending]).toEqual(['signed-out', 1]);

    progress.hydrate(await world.load('a'));
    expect(progress.get('a').status).toBe('not-started');
    await progress.complete('b');
    await world.settle();
    expect(await world.completed('ben')).toBe(1);
    expect(await world.completed('ada')).toBe(0);

    world.session = 'ada';
    progress.hydrate(await world.load('a'));
    await world.settle();
    expect(progress.get('a').status).toBe('completed');
    expect(progress.get('b').status).toBe('not-started');
    expect(await world.completed('ada')).toBe(1);
  });
});

describe('a request that is too large', () => {
  test('is halved until it fits', async () => {
    world.network.most = 700;
    world.network.next = ['cut before the server'];
    await Promise.all(['a', 'b', 'c'].map((id) => progress.save(id, 'x'.repeat(200))));
    await world.clock.advance(MINUTE);
    expect(world.network.happened).toContainEqual({ status: 413 });
    expect([progress.pending, progress.attention]).toEqual([0, []]);
    expect(world.network.arrived.every(({ operations }) => operations.length < 3)).toBe(true);
  });

  test('with a single operation wants attention, and does not hold up the others', async () => {
    world.network.most = 40_000;
    await Promise.all([
      progress.complete('a'),
      progress.save('b', 'x'.repeat(50_000)),
      progress.complete('c'),
    ]);
    await world.settle();
    expect(world.network.happened).toContainEqual({ status: 413 });
    expect(progress.attention).toMatchObject([
      { operation: { kind: 'saved', contentId: 'b' }, code: 'too_large' },
    ]);
    expect([progress.pending, progress.sync]).toEqual([0, 'needs-attention']);
    expect(await world.completed()).toBe(2);
  });

  test('is none that this client makes: the server takes them all', async () => {
    const units = Array.from({ length: 80 }, (_, i) => lesson(`l${i}`));
    world = await createWorld(course(...units));
    progress = await world.visit('knots');
    world.network.next = ['cut before the server'];
    await Promise.all(units.map(({ id }) => progress.save(id, 'é'.repeat(8_000))));
    await world.clock.advance(MINUTE);
    expect(world.network.happened).toEqual(['cut before the server']);
    expect(world.network.arrived.length).toBeGreaterThan(5);
    expect([progress.pending, progress.attention]).toEqual([0, []]);
  });
});

test('200 operations go into one request, and the rest into the next', async () => {
  world = await createWorld(course(...Array.from({ length: 450 }, (_, i) => lesson(`l${i}`))));
  progress = await world.visit('knots');
  await progress.complete('knots');
  await world.settle();
  expect(world.network.arrived.map(({ operations }) => operations.length).slice(0, 3)).toEqual([
    200, 200, 50,
  ]);
  expect(progress.pending).toBe(0);
  expect(progress.summary()).toMatchObject({ completed: 450, status: 'completed' });
  expect(await world.completed()).toBe(450);
});

describe('an operation that the server refuses', () => {
  test('wants attention, shows no more, and holds up nothing', async () => {
    await progress.attempt('quiz', { score: 100 });
    await progress.complete('a');
    expect(progress.get('quiz').status).toBe('completed');
    await world.settle();
    expect(progress.attention).toMatchObject([
      { operation: { kind: 'attempted', contentId: 'quiz' }, code: 'graded_by_server' },
    ]);
    expect(progress.get('quiz').status).toBe('not-started');
    expect([progress.pending, progress.sync]).toEqual([0, 'needs-attention']);
    expect(await world.completed()).toBe(1);

    await progress.dismiss(progress.attention[0]!.operation);
    expect([progress.attention, progress.sync]).toEqual([[], 'saved']);
  });

  test('or takes in too late to count, is told of once; what is no more than a visit is not', async () => {
    world.network.always = 'cut before the server';
    await progress.open('a');
    await progress.complete('a');
    await world.server.record('ada', [
      { kind: 'completed', by: 'button', contentId: 'a' },
      { kind: 'restarted', contentId: 'a' },
    ]);
    world.network.always = null;
    await world.clock.advance(60_000);
    expect(progress.attention).toMatchObject([
      { operation: { kind: 'completed', contentId: 'a' }, code: 'before_restart' },
    ]);
    expect([progress.pending, progress.get('a').status]).toEqual([0, 'not-started']);
    await progress.dismiss(progress.attention[0]!.operation);
    await world.clock.advance(60_000);
    expect(progress.attention).toEqual([]);
  });

  test('is not what a right answer is: the server grades it', async () => {
    await progress.attempt('quiz', { answers: 'right' });
    expect(progress.get('quiz').status).toBe('in-progress');
    await world.settle();
    expect(progress.get('quiz')).toMatchObject({ status: 'completed', score: 100 });
  });
});

test('an operation on content that the server lacks is kept there, and still shows here', async () => {
  world.publish(course(lesson('b')));
  await progress.complete('a');
  await world.settle();
  expect(progress.pending).toBe(0);
  expect(progress.outdated).toBe(true);
  expect(progress.get('a').status).toBe('completed');

  world.publish(content);
  progress.hydrate(await world.load('a'));
  expect(progress.outdated).toBe(false);
  expect(progress.get('a').status).toBe('completed');
});

describe('changes from elsewhere', () => {
  test('come with the next request, or when the page is looked at again', async () => {
    const other = await world.visit('a');
    await other.complete('a');
    await world.settle();
    expect(progress.get('a').status).toBe('not-started');
    world.tell('visible');
    await world.settle();
    expect(progress.get('a').status).toBe('completed');
    expect(progress.summary().completed).toBe(1);
  });

  test('page by page never hide what was just done', async () => {
    const units = Array.from({ length: 450 }, (_, i) => lesson(`l${i}`));
    world = await createWorld(course(...units));
    progress = await world.visit('knots');
    await world.server.record('ada', [{ contentId: 'knots', kind: 'completed', by: 'button' }]);
    await world.server.record('ada', [{ contentId: 'l0', kind: 'reopened' }]);

    // The answer to the mark brings the first page only; the second one is held back.
    const { arrived, next } = world.network;
    next.push('delivered twice', 'held back');
    await progress.complete('l0');
    await world.settle();
    expect(world.network.happened).toEqual(['delivered twice', 'held back']);
    expect(arrived).toHaveLength(2);
    expect([progress.pending, progress.get('l0').status]).toEqual([0, 'completed']);
    expect(progress.get('l449').status).toBe('not-started');

    world.network.release();
    await world.settle();
    expect(progress.summary()).toMatchObject({ completed: 450, status: 'completed' });
  });

  test('of an older page do not take back what is newer', async () => {
    const older = await world.load('a');
    await progress.complete('a');
    await world.settle();
    progress.hydrate(older);
    expect(progress.get('a').status).toBe('completed');
    expect(progress.summary().completed).toBe(1);
  });
});

test('a reopening takes back only what its device has seen', async () => {
  await progress.complete('a');
  await world.settle();
  const other = await world.visit('a');
  world.network.next = ['cut before the server'];
  await progress.reopen('a');
  await world.settle();
  expect(world.network.happened).toEqual(['cut before the server']);
  expect(progress.get('a').status).toBe('in-progress');

  await other.reopen('a');
  await other.complete('a');
  await world.settle();
  await world.clock.advance(MINUTE);
  world.tell('visible');
  await world.settle();
  expect([progress.get('a').status, other.get('a').status]).toEqual(['completed', 'completed']);
});

test.each([-10 * DAY, 10 * DAY])(
  'a clock that is off by %i changes no status',
  async (clockOff) => {
    const off = await world.visit('a', { now: () => world.clock.now() + clockOff });
    await progress.complete('a');
    await progress.save('a', 'first');
    await world.clock.advance(1_000);
    world.tell('visible');
    await world.settle();
    await off.reopen('a');
    await off.save('a', 'second');
    await off.complete('b');
    expect(off.get('a')).toMatchObject({ status: 'in-progress', data: 'second' });
    await world.settle();
    world.tell('visible');
    await world.settle();
    for (const each of [progress, off]) {
      expect(each.get('a')).toMatchObject({ status: 'in-progress', data: 'second' });
      expect(each.get('b')).toMatchObject({
        status: 'completed',
        completedAt: new Date(START + 1_000).toISOString(),
      });
    }
  },
);

test('a cursor that the server does not understand is given up', async () => {
  world.network.next = [{ status: 422 }];
  await progress.complete('a');
  await world.settle();
  expect(world.network.happened).toEqual([{ status: 422 }]);
  await world.clock.advance(MINUTE);
  expect(world.network.arrived[0]!.cursor).toBeNull();
  expect(progress.pending).toBe(0);
});

describe('a page that is left', () => {
  test.each(['hidden', 'pagehide'] as const)('sends what waits: %s', async (event) => {
    world.network.next = ['cut before the server'];
    await progress.complete('a');
    await world.settle();
    expect(world.network.happened).toHaveLength(1);
    world.tell(event);
    await world.settle();
    expect(await world.completed()).toBe(1);
    expect(progress.pending).toBe(0);
  });

  test('sends what is not on its way yet, and again what is', async () => {
    world.network.next = ['held back'];
    await progress.complete('a');
    await world.settle();
    await progress.complete('b');
    world.tell('pagehide');
    await world.settle();
    expect(world.network.happened).toEqual(['held back']);
    expect(world.network.arrived.map(({ operations }) => operations.map(({ seq }) => seq))).toEqual(
      [[1, 2]],
    );
    world.network.release();
    await world.settle();
    expect([progress.pending, await world.completed()]).toEqual([0, 2]);
    expect(await world.log()).toHaveLength(2);
  });

  test('does not send twice what is already on its way', async () => {
    world.network.next = ['held back'];
    await progress.complete('a');
    await world.settle();
    world.tell('hidden');
    await world.settle();
    expect(world.network.happened).toEqual(['held back']);
    expect(world.network.arrived).toEqual([]);
  });

  test('keeps what it could not send', async () => {
    world.network.always = 'cut before the server';
    await progress.complete('a');
    world.tell('pagehide');
    await world.settle();
    expect(world.network.happened.length).toBeGreaterThan(0);
    expect(progress.pending).toBe(1);
  });
});
