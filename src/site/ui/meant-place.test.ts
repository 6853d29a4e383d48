import { createCatalogue } from 'sveltekit-cairn';
import { expect, test } from 'vitest';
import { meantPlace } from './meant-place.ts';

const knot = { id: 'tie', type: 'lesson', title: 'Tie it', path: 'rope/knots/tie' } as const;
const course = { id: 'knots', type: 'course', title: 'Knots', path: 'rope/knots' } as const;
const pathless = { id: 'loose', type: 'course', title: 'Loose', children: [] } as const;
const catalogue = createCatalogue([
  {
    id: 'rope',
    type: 'theme',
    title: 'Rope',
    path: 'rope',
    children: [{ ...course, children: [knot] }],
  },
  { ...pathless, children: [] },
]);

test.each([
  ['rope/knots/tide', 'rope/knots'],
  ['rope/knots/tie/now', 'rope/knots/tie'],
  ['rope/knotsies', 'rope'],
  ['Rope/KNOTS/Tie', 'rope/knots/tie'],
  ['rope//x', 'rope'],
])('who asked for %s may have meant %s', (address, path) => {
  expect(meantPlace(catalogue, address)).toMatchObject({ path });
});

test.each(['', '/', 'ropes', 'knots/tie', 'loose', 'undefined/x', '__proto__'])(
  'nothing is like %j',
  (address) => expect(meantPlace(catalogue, address)).toBeUndefined(),
);
