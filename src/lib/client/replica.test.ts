import { expect, onTestFinished, test, vi } from 'vitest';
import type { Operation } from '../core/index.ts';
import { Replica } from './replica.ts';
import { course, createWorld, lesson } from './world.testing.ts';

const completed = (contentId: string, seq: number): Operation => ({
  ...{ contentId, seq, device: 'phone', at: 1, epoch: 0 },
  ...{ kind: 'completed', by: 'button', version: 1 },
});

test.each([
  ['as guessed', [completed('a', 1)], true],
  ['under another number', [completed('a', 2)], false],
  ['with one more', [completed('a', 1), completed('b', 2)], false],
  ['not at all', [], true],
])('what was made and is kept %s', (_, kept, isAsGuessed) => {
  const replica = new Replica();
  const act = {
    kind: 'completed',
    by: 'button',
    contentId: 'a',
    device: 'phone',
    at: 1,
    epoch: 0,
  } as const;
  const made = replica.make([act], 0);
  expect([replica.isMaking, replica.keep(made, kept)]).toEqual([true, isAsGuessed]);
  expect([replica.isMaking, replica.waiting]).toEqual([false, kept]);
});

test('numbers follow on what is kept, whatever was joined and took none', async () => {
  const world = await createWorld(course(lesson('a'), lesson('b')));
  const progress = await world.visit('a');
  world.network.always = 'cut before the server';
  await world.settle();
  const keep = vi.spyOn(Replica.prototype, 'keep');
  onTestFinished(() => keep.mockRestore());
  await progress.open('a');
  await progress.open('a');
  await progress.complete('a');
  await Promise.all([progress.complete('b'), progress.reopen('a')]);
  const isAsGuessed = keep.mock.results.map(({ value }) => value as boolean);
  expect(isAsGuessed).toEqual([true, false, true, true, true]);
  expect(progress.waiting.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});
