import { expect, test } from 'vitest';
import type { Operation } from '../core/index.ts';
import { Replica } from './replica.ts';

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
  const made = [completed('a', 1)];
  replica.make(made);
  expect([replica.isMaking, replica.keep(made, kept)]).toEqual([true, isAsGuessed]);
  expect([replica.isMaking, replica.waiting]).toEqual([false, kept]);
});
