import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { done, op, outcomes, recordIn, send } from './device.testing.ts';
import { DAY, SECOND, sharing, START } from './school.testing.ts';

const iso = (time: number) => new Date(time).toISOString();
const HOUR = 3600 * SECOND;

withDatabases(({ open }) => {
  const school = sharing(open);

  describe('the time of an operation', () => {
    test.each([0, 10 * DAY, -10 * DAY, 399 * DAY, -399 * DAY])(
      'is when it was done, with a clock that is wrong by %d ms',
      async (wrong) => {
        const { ann, progress } = await school();
        const at = START - HOUR + wrong;
        const body = await send(ann, [{ ...done(1), at }], { now: START + wrong });
        expect(outcomes(body)).toEqual(['applied']);
        expect(body.now).toBe(START);
        expect(recordIn(body, 'bowline')?.completedAt).toBe(iso(START - HOUR));
        const [logged] = (await progress.export(ann.id)).operations;
        expect(logged).toMatchObject({
          at,
          effectiveAt: iso(START - HOUR),
          receivedAt: iso(START),
        });
      },
    );

    test('is never in the future', async () => {
      const { ann } = await school();
      const body = await send(ann, [{ ...done(1), at: START + 10 * DAY }]);
      expect(recordIn(body, 'bowline')?.completedAt).toBe(iso(START));
    });

    test('is never more than 400 days back', async () => {
      const { ann } = await school();
      const body = await send(ann, [{ ...done(1), at: 0 }]);
      expect(recordIn(body, 'bowline')?.completedAt).toBe(iso(START - 400 * DAY));
    });

    test('never runs back on one device, though its clock does', async () => {
      const { ann } = await school();
      const jumping = [
        { ...done(1), at: START - HOUR },
        { ...done(2, 'reef'), at: START - 10 * DAY },
        { ...done(3, 'rope'), at: START - HOUR + 1 },
      ];
      const body = await send(ann, jumping);
      const times = ['bowline', 'reef', 'rope'].map((id) => recordIn(body, id)?.completedAt);
      expect(times).toEqual([iso(START - HOUR), iso(START - HOUR), iso(START - HOUR + 1)]);
    });

    test('never runs back from one sync to the next', async () => {
      const { ann } = await school();
      await send(ann, [{ ...done(1), at: START }]);
      const body = await send(ann, [{ ...done(2, 'reef'), at: START - 10 * DAY }]);
      expect(recordIn(body, 'reef')?.completedAt).toBe(iso(START));
    });

    test('of one device is not held up by another', async () => {
      const { ann } = await school();
      await send(ann, [done(1)]);
      const early = [{ ...done(1, 'reef'), at: START - DAY }];
      const body = await send(ann, early, { device: 'telephone' });
      expect(recordIn(body, 'reef')?.completedAt).toBe(iso(START - DAY));
    });

    test('stays where it was when the server’s own clock is put back', async () => {
      const { ann, clock } = await school();
      await ann.update({ contentId: 'bowline', contentType: 'lesson', status: 'completed' });
      clock.now -= 10 * DAY;
      const rope = { contentId: 'rope', contentType: 'lesson', status: 'completed' };
      expect((await ann.update(rope)).body.progress.completedAt).toBe(iso(START));
    });
  });

  test('clocks that are wrong by ten days change no status', async () => {
    const { ann, bob } = await school();
    const story = (learner: typeof ann, wrong: readonly number[]) => {
      const [laptop = 0, telephone = 0] = wrong;
      const steps: [string, number, ReturnType<typeof op>][] = [
        ['laptop-one', laptop, done(1)],
        ['telephone', telephone, op(1, 'reopened', { seen: { 'laptop-one': 1 } })],
        ['laptop-one', laptop, done(2)],
        ['telephone', telephone, op(2, 'restarted', { contentId: 'reef' })],
        ['telephone', telephone, done(3, 'reef')],
        ['laptop-one', laptop, op(3, 'reopened', { contentId: 'reef' })],
      ];
      return steps.reduce(async (before, [device, skew, operation]) => {
        await before;
        const at = START + skew;
        await send(learner, [{ ...operation, at }], { device, now: at });
      }, Promise.resolve());
    };
    await story(ann, [0, 0]);
    await story(bob, [10 * DAY, -10 * DAY]);
    const statuses = async ({ list }: typeof ann) =>
      (await list()).body.progress.map(({ contentId, status }) => [contentId, status]);
    expect(await statuses(bob)).toEqual(await statuses(ann));
    expect(await statuses(ann)).toContainEqual(['bowline', 'completed']);
    expect(await statuses(ann)).toContainEqual(['reef', 'in-progress']);
  });

  test('a course is finished at its latest completion, though an earlier one came last', async () => {
    const { ann } = await school();
    await send(ann, [done(1, 'wind')]);
    const early = { ...done(1, 'rain'), at: START - DAY };
    const body = await send(ann, [early], { device: 'telephone' });
    expect(recordIn(body, 'weather')).toMatchObject({
      status: 'completed',
      completedAt: iso(START),
      startedAt: iso(START - DAY),
    });
  });

  test('the last word of several devices is the one said last, not the one that came last', async () => {
    const { ann } = await school();
    const saved = (page: number, at: number) => [{ ...op(1, 'saved', { data: { page } }), at }];
    await send(ann, saved(9, START - HOUR), { device: 'telephone' });
    const body = await send(ann, saved(4, START - DAY));
    expect(recordIn(body, 'bowline')?.data).toEqual({ page: 9 });
  });
});
