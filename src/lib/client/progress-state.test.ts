import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { World } from './world.testing.ts';
import { createWorld } from './world.testing.ts';

const lesson = (id: string) => ({ id, type: 'lesson' as const, title: `Lesson ${id}` });

let world: World;

beforeEach(async () => {
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('navigator', { onLine: true });
  world = await createWorld([
    { id: 'knots', type: 'course', title: 'Knots', children: [lesson('a'), lesson('b')] },
  ]);
});

afterEach(async () => {
  await world.close();
  vi.unstubAllGlobals();
});

test('a mark shows at once and reaches the server', async () => {
  const progress = await world.visit('a');
  await progress.complete('a');
  expect(progress.get('a').status).toBe('completed');
  expect(progress.summary()).toMatchObject({ completed: 1, total: 2, progressPercentage: 50 });
  expect(progress.sync).toBe('saving');
  await world.settle();
  expect(progress.pending).toBe(0);
  expect(progress.sync).toBe('saved');
  expect((await world.server.summary('ada', 'knots')).completed).toBe(1);
});
