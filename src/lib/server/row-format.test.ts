import { beforeAll, describe, expect, test } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { ACCESSES, openStore, row } from './queries.testing.ts';
import type { Store } from './queries.testing.ts';
import type { ProgressRow } from './schema.ts';

/** What text, numbers and keys may be; `text` is how it comes back, keys in one order. */
const ODD_JSON = {
  value: JSON.parse(
    '{"z":1,"10":"ten","2":"two","__proto__":{"polluted":true},"constructor":[],"":"empty","é":"e","aa":{"y":{"x":[{"b":2,"a":[1,null,true]}]}},"😀":"\\u2028 \\" \\\\ /","\uffee":0.1,"huge":1e21,"tiny":5e-324,"most":1.7976931348623157e308,"zero":-0.0,"safe":9007199254740991}',
  ) as ProgressRow['data'],
  text: '{"2":"two","10":"ten","":"empty","__proto__":{"polluted":true},"aa":{"y":{"x":[{"a":[1,null,true],"b":2}]}},"constructor":[],"huge":1e+21,"most":1.7976931348623157e+308,"safe":9007199254740991,"tiny":5e-324,"z":1,"zero":0,"é":"e","😀":"\u2028 \\" \\\\ /","\uffee":0.1}',
};

withDatabases((kind) => {
  describe.each(ACCESSES)('through %s', (access) => {
    let store: Store;

    describe('JSON', () => {
      beforeAll(async () => {
        store = await openStore(kind, access, { keys: ['ann'] });
      });

      test.each(
        [ODD_JSON.value, 'text "quoted"', 0, false, [], {}, '', 'null', [null]].map((value) => ({
          value,
        })),
      )('is kept to the byte: $value', async ({ value }) => {
        const { queries, read, write } = store;
        await write(queries.saveRows([{ ...row, data: value, state: value, rollUp: value }]));
        const [saved] = await read(queries.rows([row]));
        const text = value === ODD_JSON.value ? ODD_JSON.text : JSON.stringify(value);
        expect(JSON.stringify(saved?.data)).toBe(text);
        expect(JSON.stringify([saved?.state, saved?.rollUp])).toBe(`[${text},${text}]`);
        expect({}).not.toHaveProperty('polluted');
      });
    });

    describe.each([
      {
        type: 'integer',
        keys: [7, 8],
        ids: ['7', '8'],
        not: ['07', '7.0', 'x', '+7', '', '99999999999999999999'],
      },
      {
        type: 'uuid',
        keys: ['0e37df36-f698-11e6-8dd4-cb9ced3df976', 'ee37df36-f698-11e6-8dd4-cb9ced3df976'],
        ids: ['0e37df36-f698-11e6-8dd4-cb9ced3df976', 'ee37df36-f698-11e6-8dd4-cb9ced3df976'],
        not: [
          'x',
          '',
          '0E37DF36-F698-11E6-8DD4-CB9CED3DF976',
          '{0e37df36f69811e68dd4cb9ced3df976}',
        ],
      },
    ] as const)('users with keys of type $type', ({ type, keys, ids, not }) => {
      beforeAll(async () => {
        store = await openStore(kind, access, { type, keys });
      });

      test('are known by strings, each by one only', async () => {
        const { queries, read, write } = store;
        const [first, second] = ids;
        const learners = await write(queries.lockLearners([second, first]));
        expect(learners.map((each) => each.userId)).toEqual([first, second]);
        await write(queries.saveRows([{ ...row, userId: first }]));
        expect(await read(queries.rows([{ userId: first, contentId: 'intro' }]))).toEqual([
          { ...row, userId: first },
        ]);
        expect((await read(queries.learnerRows(first))).rows).toHaveLength(1);
        for (const userId of not) {
          expect(await read(queries.learner(userId)), userId).toBeUndefined();
          expect((await read(queries.learnerRows(userId))).rows, userId).toEqual([]);
        }
      });
    });
  });
});
