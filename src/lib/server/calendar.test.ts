import { expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { done, op, send } from './device.testing.ts';
import { DAY, sharing, START } from './school.testing.ts';

/** A day so many days after the first of the school. */
const dateAfter = (days: number) => new Date(START + days * DAY).toISOString().slice(0, 10);

withDatabases((kind) => {
  const school = sharing(kind.open);

  test('a time zone is kept with the learner, whatever else is written', async () => {
    const { ann, bob, progress } = await school();
    expect(await progress.timeZone(ann.id)).toBeNull();
    await progress.setTimeZone(ann.id, 'Asia/Tokyo');
    await ann.update({ contentId: 'rope', contentType: 'lesson', status: 'completed' });
    await progress.setTimeZone(ann.id, 'Asia/Kolkata');
    expect(await progress.timeZone(ann.id)).toBe('Asia/Kolkata');
    expect(await progress.timeZone(bob.id)).toBeNull();
    expect((await ann.list()).body.revision).toBe(1);
    expect((await progress.export(ann.id)).learner?.timeZone).toBe('Asia/Kolkata');
  });

  test('what is no time zone is refused, and nothing is written', async () => {
    const { ann, progress } = await school();
    await expect(progress.setTimeZone(ann.id, 'Mars/Olympus')).rejects.toThrow(RangeError);
    expect(await progress.timeZone(ann.id)).toBeNull();
  });

  test('a learner who has done nothing has no days', async () => {
    const { ann, progress } = await school();
    expect(await progress.activity(ann.id)).toEqual({ today: dateAfter(0), streak: 0, days: [] });
  });

  test('days count by completions and attempts of any outcome; opening and saving do not', async () => {
    const { ann, bob, progress, clock } = await school();
    await send(ann, [op(1, 'opened'), op(2, 'saved', { data: 'a' })]);
    expect((await progress.activity(ann.id)).days).toEqual([]);
    await ann.update({
      contentId: 'tie',
      contentType: 'exercise',
      status: 'in-progress',
      score: 1,
    });
    clock.now += DAY;
    await ann.update({ contentId: 'basics', contentType: 'module', status: 'completed' });
    expect(await progress.activity(ann.id)).toEqual({
      today: dateAfter(1),
      streak: 2,
      days: [
        { date: dateAfter(0), units: 1 },
        { date: dateAfter(1), units: 3 },
      ],
    });
    expect((await progress.activity(bob.id)).days).toEqual([]);
  });

  test('work done offline counts on the day it was done, not on that of its arrival', async () => {
    const { ann, progress, clock } = await school();
    const doneAt = clock.now;
    clock.now += 5 * DAY;
    await send(ann, [{ ...done(1), at: doneAt }], { now: clock.now });
    const { days, streak } = await progress.activity(ann.id);
    expect(days).toEqual([{ date: dateAfter(0), units: 1 }]);
    expect(streak).toBe(0);
  });

  test('what is reopened or started again later was done on its day nevertheless', async () => {
    const { ann, progress, clock } = await school();
    const by = 'button' as const;
    await progress.record(ann.id, [{ kind: 'completed', contentId: 'rope', by }]);
    const before = await progress.activity(ann.id);
    clock.now += 1;
    await progress.record(ann.id, [{ kind: 'reopened', contentId: 'rope' }]);
    await progress.record(ann.id, [{ kind: 'restarted', contentId: 'knots' }]);
    expect(await progress.activity(ann.id)).toEqual(before);
    expect(before.days).toEqual([{ date: dateAfter(0), units: 1 }]);
  });

  test('days are those of the time zone that was set', async () => {
    const { ann, progress, clock } = await school();
    clock.now = Date.parse('2026-05-02T16:00:00Z');
    await ann.update({ contentId: 'rope', contentType: 'lesson', status: 'completed' });
    await progress.setTimeZone(ann.id, 'Asia/Tokyo');
    const date = '2026-05-03';
    expect(await progress.activity(ann.id)).toMatchObject({ today: date, days: [{ date }] });
  });
});
