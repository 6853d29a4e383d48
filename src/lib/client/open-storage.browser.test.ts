import { expect, onTestFinished, test, vi } from 'vitest';
import { userKey } from './device-storage.ts';
import { systemEnvironment } from './environment.ts';
import { indexedDbKeyValue } from './key-value-indexed-db.ts';
import { openStorage } from './open-storage.ts';

const completed = { kind: 'completed', by: 'button', contentId: 'a', epoch: 0, at: 1 } as const;
const NAME = 'sveltekit-cairn';

/** Answers opening a database as `fault` does; the others as the browser does. */
function meddle(name: string, fault: () => IDBOpenDBRequest) {
  const { open } = IDBFactory.prototype;
  const opened = vi.fn(function (this: IDBFactory, ...given: Parameters<IDBFactory['open']>) {
    return given[0] === name ? fault() : open.apply(this, given);
  });
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(opened);
  onTestFinished(() => void vi.restoreAllMocks());
  return opened;
}

test('a browser that never answers is given up: the page keeps what is done', async () => {
  const opened = meddle(NAME, () => ({}) as IDBOpenDBRequest);
  const timer = (action: () => void) => {
    const timeout = setTimeout(action, 50);
    return () => clearTimeout(timeout);
  };
  const storage = await openStorage({ ...systemEnvironment(), timer })();
  expect(opened).toHaveBeenCalledWith(NAME, 1);
  expect(storage.durable).toBe(false);
  expect(await (await storage.outbox(userKey('ada'))).add([completed])).toHaveLength(1);
});

test('where only the notes can be opened, those of others stay on the disk', async () => {
  const notes = await indexedDbKeyValue(`${NAME}-notes`);
  await notes.write((values) => values.put(['noted', userKey('ada'), 'page', 1], [completed]));
  const opened = meddle(NAME, () => {
    throw new Error('The database is broken.');
  });
  const refused = await openStorage(systemEnvironment())();
  expect(opened).toHaveBeenCalledWith(NAME, 1);
  expect([refused.durable, await refused.waiting()]).toEqual([false, []]);
  vi.restoreAllMocks();
  const storage = await openStorage(systemEnvironment())();
  expect(await storage.waiting()).toMatchObject([{ learner: userKey('ada') }]);
});
