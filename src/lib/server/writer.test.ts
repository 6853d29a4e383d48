import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { tampered } from './database.testing.ts';
import { createEndpoints } from './endpoints.ts';
import { createQueries } from './queries.ts';
import { createReader } from './reader.ts';
import { openSchool, post, START } from './school.testing.ts';
import type { WriteRequest } from './transaction.ts';
import { createWriter, QueueFull } from './writer.ts';
import type { Writer } from './writer.ts';

const lessons = ['bowline', 'reef', 'rope', 'eye', 'whip', 'melt', 'wind', 'rain', 'solo'];
const complete = (contentId: string) => ({ contentId, contentType: 'lesson', status: 'completed' });
const learners = Array.from({ length: 20 }, (_, i) => `learner-${i}`);

/** A request to the writer itself: one lesson opened. */
const opening = (userId: string, change: Partial<WriteRequest<unknown>> = {}) => ({
  userId,
  device: 'laptop-one',
  deviceNow: 0,
  touches: ['bowline'],
  drafts: () => [{ kind: 'opened' as const, contentId: 'bowline', at: 0 }],
  answer: (): unknown => userId,
  ...change,
});

afterEach(() => {
  vi.useRealTimers();
});

withDatabases(({ open }) => {
  /** A school whose transactions are counted, the first of which can be held up. */
  async function watched() {
    const seen = { writes: 0 };
    let hold: Promise<void> | undefined;
    const database = tampered(await open(), {
      onWrite: () => {
        seen.writes++;
        return seen.writes === 1 ? hold : undefined;
      },
    });
    const school = await openSchool(database);
    await school.enrol(...learners);
    seen.writes = 0;
    const queries = createQueries(database, { table: 'users', key: 'id', type: 'text' });
    const catalogue = async () => school.catalogue();
    const clock = { now: () => START, newId: randomUUID };
    return {
      ...school,
      seen,
      /** Holds up the next transaction until what is returned is called. */
      holdUp: () => {
        let release = () => {};
        hold = new Promise((resolve) => (release = resolve));
        return () => release();
      },
      writer: (capacity = 2000) =>
        createWriter({ database, queries, catalogue, capacity, ...clock }),
      endpoints: (writer: Writer) =>
        createEndpoints({
          catalogue,
          writer,
          reader: createReader(database, queries),
          canView: () => false,
          grade: undefined,
          onError: () => undefined,
          ...clock,
        }),
    };
  }

  describe('the writer', () => {
    test('writes what waits together in one transaction', async () => {
      const { as, seen } = await watched();
      const answers = await Promise.all(
        learners.flatMap((id) => lessons.map((lesson) => as(id).update(complete(lesson)))),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(seen.writes).toBe(1);
      for (const id of learners) {
        const { progress } = (await as(id).list({ status: 'completed', contentType: 'lesson' }))
          .body;
        expect(progress).toHaveLength(lessons.length);
      }
    });

    test('gathers for the next transaction while one is under way', async () => {
      const { as, seen, holdUp } = await watched();
      const release = holdUp();
      const first = as('learner-0').update(complete('bowline'));
      await vi.waitFor(() => expect(seen.writes).toBe(1));
      const others = learners.map((id) => as(id).update(complete('rope')));
      await pause(20);
      expect(seen.writes).toBe(1);
      release();
      await Promise.all([first, ...others]);
      expect(seen.writes).toBe(2);
    });

    test('lets a lone request wait for nobody: no timer has to run out', async () => {
      const { as, seen } = await watched();
      vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
      expect((await as('learner-0').update(complete('bowline'))).status).toBe(200);
      expect(seen.writes).toBe(1);
    });

    test('gives each request of a group its own answer, and its own revision', async () => {
      const { as } = await watched();
      const answers = await Promise.all(
        lessons.map((lesson) => as('learner-0').update(complete(lesson))),
      );
      expect(answers.map(({ body }) => body.progress.contentId)).toEqual(lessons);
      expect(answers.map(({ body }) => body.revision)).toEqual(lessons.map((_, i) => i + 1));
    });

    test('makes groups that end: 1,200 requests are a few transactions', async () => {
      const { seen, ...school } = await watched();
      const writer = school.writer();
      const requests = Array.from({ length: 1200 }, (_, i) => opening(learners[i % 20]!));
      await Promise.all(requests.map((request) => writer.write(request)));
      expect(seen.writes).toBe(3);
    });

    test('resolves a drain once all that waited is written', async () => {
      const writer = (await watched()).writer();
      const written: unknown[] = [];
      for (const id of learners)
        void writer.write(opening(id)).then((answer) => written.push(answer));
      await writer.drain();
      expect(written).toEqual(learners);
      await writer.drain();
    });
  });

  describe('one bad request', () => {
    test.each([0, 7, 19])('at place %d never fails its neighbours', async (place) => {
      const school = await watched();
      const writer = school.writer();
      const requests = learners.map((id, i) =>
        opening(id, {
          answer: () => {
            if (i === place) throw new Error('This one is bad.');
            return id;
          },
        }),
      );
      const results = await Promise.allSettled(requests.map((request) => writer.write(request)));
      expect(results.map(({ status }) => status)).toEqual(
        learners.map((_, i) => (i === place ? 'rejected' : 'fulfilled')),
      );
      expect(results[place]).toMatchObject({ reason: { message: 'This one is bad.' } });
      const kept = await Promise.all(learners.map((id) => school.as(id).list()));
      expect(kept.map(({ body }) => body.revision)).toEqual(
        learners.map((_, i) => (i === place ? 0 : 1)),
      );
    });

    test('of a user who is gone is 401, and the others are written', async () => {
      const { as, dump } = await watched();
      const ids = [...learners.slice(0, 5), 'ghost', ...learners.slice(5), 'shade'];
      const answers = await Promise.all(ids.map((id) => as(id).update(complete('bowline'))));
      expect(answers.map(({ status }) => status)).toEqual(
        ids.map((id) => (learners.includes(id) ? 200 : 401)),
      );
      expect(answers[5]!.problem.code).toBe('not_signed_in');
      expect(await dump()).not.toMatch(/ghost|shade/);
    });

    test('leaves no half of itself behind', async () => {
      const { dump, ...school } = await watched();
      const writer = school.writer();
      await writer.write(opening('learner-0'));
      const before = await dump();
      const bad = opening('learner-0', {
        touches: 'all',
        *drafts() {
          yield { kind: 'completed', contentId: 'reef', at: 0, by: 'button' };
          yield { kind: 'completed', contentId: 'rope', at: 0, by: 'button' };
          throw new Error('It breaks off.');
        },
      });
      await expect(writer.write(bad)).rejects.toThrow('It breaks off.');
      expect(await dump()).toBe(before);
    });
  });

  test('a full queue answers 503 with when to come back, and changes nothing of what it refuses', async () => {
    const { seen, holdUp, as, ...school } = await watched();
    const writer = school.writer(5);
    const endpoints = school.endpoints(writer);
    const update = (id: string) => endpoints.update(post('update', complete('bowline')), id);

    const release = holdUp();
    const first = update('learner-0');
    await vi.waitFor(() => expect(seen.writes).toBe(1));
    const waiting = learners.slice(1, 6).map(update);
    await pause(20);
    const refused = await update('learner-6');
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'unavailable' }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await expect(writer.write(opening('learner-6'))).rejects.toThrow(QueueFull);

    release();
    const written = await Promise.all([first, ...waiting]);
    expect(written.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect((await as('learner-6').list()).body.revision).toBe(0);
    expect((await update('learner-6')).status).toBe(200);
  });
});
