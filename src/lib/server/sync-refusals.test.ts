import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { done, op, outcomes, recordIn, send } from './device.testing.ts';
import { sharing } from './school.testing.ts';

withDatabases(({ open }) => {
  const school = sharing(open);

  describe('one operation is rejected, and the others apply:', () => {
    const bad: [string, object, string][] = [
      ['of an unknown kind', { kind: 'finished' }, 'invalid'],
      ['without a kind', { kind: undefined }, 'invalid'],
      ['without a content id', { contentId: undefined }, 'invalid'],
      ['with a content id that cannot be one', { contentId: ' reef' }, 'invalid'],
      ['with NUL in its content id', { contentId: 're\0ef' }, 'invalid'],
      ['without a time', { at: undefined }, 'invalid'],
      ['at a time with a fraction', { at: 0.5 }, 'invalid'],
      ['at no time of any calendar', { at: 2 ** 53 }, 'invalid'],
      ['of an epoch below zero', { epoch: -1 }, 'invalid'],
      ['of an epoch beyond all restarts', { epoch: 1e9 + 1 }, 'invalid'],
      ['with a key that it does not know', { colour: 'red' }, 'invalid'],
      ['with the key of another kind', { percentage: 4 }, 'invalid'],
      ['completed by magic', { kind: 'completed', by: 'magic' }, 'invalid'],
      ['completed by nothing', { kind: 'completed' }, 'invalid'],
      ['of version 0', { kind: 'completed', by: 'time', version: 0 }, 'invalid'],
      ['advanced to 101 percent', { kind: 'advanced', percentage: 101 }, 'invalid'],
      ['advanced to "40"', { kind: 'advanced', percentage: '40' }, 'invalid'],
      ['spent no time at all', { kind: 'spent' }, 'invalid'],
      ['spent less than nothing', { kind: 'spent', ms: -1 }, 'invalid'],
      ['spent 2^53', { kind: 'spent', ms: 2 ** 53 }, 'invalid'],
      ['saved nothing', { kind: 'saved' }, 'invalid'],
      ['saved NUL', { kind: 'saved', data: { a: '\0' } }, 'invalid'],
      ['saved half a character', { kind: 'saved', data: '\ud800' }, 'invalid'],
      ['saved 2^53', { kind: 'saved', data: [2 ** 53] }, 'invalid'],
      ['saved 17 KiB', { kind: 'saved', data: 'a'.repeat(17 * 1024) }, 'invalid'],
      ['reopened what a text has seen', { kind: 'reopened', seen: 'all' }, 'invalid'],
      ['reopened what a list has seen', { kind: 'reopened', seen: [1] }, 'invalid'],
      ['reopened what nobody has seen', { kind: 'reopened', seen: { ab: 1 } }, 'invalid'],
      ['reopened number 0', { kind: 'reopened', seen: { 'laptop-one': 0 } }, 'invalid'],
      ['attempted without a name', { kind: 'attempted', score: 1 }, 'invalid'],
      ['attempted a lesson', { kind: 'attempted', attempt: 'a', score: 90 }, 'invalid'],
      [
        'completed a course in which the server grades',
        { kind: 'completed', by: 'button', contentId: 'knots' },
        'graded_by_server',
      ],
      [
        'completed what the server grades',
        { kind: 'completed', by: 'exercise', contentId: 'quiz' },
        'graded_by_server',
      ],
      [
        'with a score for what the server grades',
        { kind: 'attempted', attempt: 'a', score: 100, contentId: 'quiz' },
        'graded_by_server',
      ],
      [
        'with a score beside answers',
        { kind: 'attempted', attempt: 'a', score: 100, answers: [1], contentId: 'quiz' },
        'graded_by_server',
      ],
    ];

    test.each(bad)('%s', async (_, change, code) => {
      const { ann, progress } = await school();
      const operations = [done(1, 'reef'), op(2, 'opened', change), done(3, 'rope')];
      const body = await send(ann, operations);
      expect(outcomes(body)).toEqual(['applied', `rejected ${code}`, 'applied']);
      expect(recordIn(body, 'knots')).toMatchObject({ completed: 2 });
      expect((await progress.export(ann.id)).operations.map(({ seq }) => seq)).toEqual([1, 3]);
      const again = outcomes(await send(ann, operations));
      expect([again[0], again[2]]).toEqual(['duplicate', 'duplicate']);
    });

    test('a poison among 200', async () => {
      const { ann } = await school();
      const operations = Array.from({ length: 200 }, (_, i) => op(i + 1, 'spent', { ms: i }));
      operations[99] = op(100, 'saved', { data: { deep: '\0' } });
      const body = await send(ann, operations);
      expect(body.results.filter(({ status }) => status !== 'applied')).toEqual([
        { seq: 100, status: 'rejected', code: 'invalid' },
      ]);
      expect(body.lastSeq).toBe(200);
      expect(recordIn(body, 'bowline')?.timeSpentMs).toBe(199);
    });

    test('all of them', async () => {
      const { ann, dump } = await school();
      const before = await dump();
      const body = await send(ann, [op(1, 'magic'), op(2, 'opened', { at: 0.5 })]);
      expect(outcomes(body)).toEqual(['rejected invalid', 'rejected invalid']);
      expect([body.lastSeq, body.changes]).toEqual([0, []]);
      expect(without(await dump(), ann.id)).toBe(before);
    });
  });

  test('answers to what the server grades are graded, and completed only where they pass', async () => {
    const { ann } = await school();
    const attempt = (seq: number, score: number) =>
      op(seq, 'attempted', { contentId: 'quiz', attempt: `a${seq}`, answers: [score] });
    const failed = await send(ann, [attempt(1, 40)]);
    expect(recordIn(failed, 'quiz')).toMatchObject({ status: 'in-progress', score: 40 });
    const passed = await send(ann, [attempt(2, 90), attempt(3, 10)]);
    expect(recordIn(passed, 'quiz')).toMatchObject({
      status: 'completed',
      completedBy: 'exercise',
      score: 90,
    });
    // Graded once: the same answers again are no second attempt.
    expect(outcomes(await send(ann, [attempt(2, 90)]))).toEqual(['duplicate']);
  });

  test('an attempt is judged by the passing score as it was then', async () => {
    const { ann, teach, catalogue } = await school();
    const attempt = op(1, 'attempted', { contentId: 'tie', attempt: 'a', score: 65 });
    expect(recordIn(await send(ann, [attempt]), 'tie')?.status).toBe('completed');
    expect(catalogue().items.get('tie')?.passingScore).toBe(60);
    teach([{ id: 'tie', type: 'exercise', title: 'Tie one', passingScore: 90 }]);
    expect((await ann.content({ contentId: 'tie' })).body.status).toBe('completed');
    const later = op(2, 'attempted', { contentId: 'tie', attempt: 'b', score: 65 });
    expect(recordIn(await send(ann, [later]), 'tie')?.status).toBe('completed');
  });
});

/** A learner of whom nothing is kept but that there is one. */
function without(dump: string, userId: string): string {
  const tables = JSON.parse(dump) as [string, { user_id?: string }[]][];
  return JSON.stringify(
    tables.map(([name, rows]) => [
      name,
      name === 'progress_learners' ? rows.filter((row) => row.user_id !== userId) : rows,
    ]),
  );
}
