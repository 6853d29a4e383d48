import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitText } from './fit-text.ts';

const ROOM = { width: 1000, size: 80, oneLine: 50, least: 25 };

test('a short text stands on one line, in the size that was asked for', () => {
  expect(fitText('Ada Lovelace', ROOM)).toEqual({ lines: ['Ada Lovelace'], size: 80 });
});

test('a longer one is set smaller, then on two lines broken where they are most alike', () => {
  const oneLine = fitText('Augusta Ada King of Lovelace', ROOM);
  expect(oneLine.lines).toHaveLength(1);
  expect(oneLine.size).toBeGreaterThanOrEqual(50);
  expect(oneLine.size).toBeLessThan(80);
  const { lines, size } = fitText('The Right Honourable Augusta Ada King of Lovelace', ROOM);
  expect(size).toBe(50);
  expect(lines).toEqual(['The Right Honourable', 'Augusta Ada King of Lovelace']);
});

test('one that is too long for two lines is cut, and accents stay with their letters', () => {
  expect(fitText('W'.repeat(200), ROOM)).toEqual({ lines: [`${'W'.repeat(36)}…`], size: 25 });
  const { lines } = fitText('e\u0301'.repeat(200), ROOM);
  expect(lines[0]).toMatch(/^(e\u0301)+…$/);
});

test('whatever it is, nothing is lost without an ellipsis, and no type is smaller than may be', () => {
  const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(words, (some) => {
      const text = some.join(' ');
      const { lines, size } = fitText(text, ROOM);
      expect(size).toBeGreaterThanOrEqual(25);
      expect(size).toBeLessThanOrEqual(80);
      expect(lines.length).toBeLessThanOrEqual(2);
      if (lines.join(' ') !== text) expect(lines).toEqual([expect.stringMatching(/…$/)]);
    }),
  );
});
