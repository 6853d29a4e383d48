import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderInline } from './inline.ts';

describe('a few words of Markdown', () => {
  it.each([
    ['Which element names a `<table>`?', 'Which element names a <code>&#x3C;table></code>?'],
    ['*Not* the **first** one', '<em>Not</em> the <strong>first</strong> one'],
    ['snake_case, 3 * 4 and 2 \\* 3', 'snake_case, 3 * 4 and 2 * 3'],
    ['two\nlines, and\n\nanother', 'two\nlines, and\nanother'],
  ])('%s', (markdown, html) => expect(renderInline(markdown)).toBe(html));

  it.each([
    ['<main>', '&#x3C;main>'],
    ['<script>alert(1)</script>', '&#x3C;script>alert(1)&#x3C;/script>'],
    ['&lt; and &amp;', '&#x26;lt; and &#x26;amp;'],
    ['# 1. - > text', '# 1. - > text'],
    ['1. first', '1. first'],
    ['    four spaces', 'four spaces'],
    ['---', '---'],
    ['[a link](javascript:alert(1))', '[a link](javascript:alert(1))'],
    ['![a picture](https://example.org/x.png)', '![a picture](https://example.org/x.png)'],
    ['<https://example.org>', '&#x3C;https://example.org>'],
  ])('leaves %s as it is written', (text, html) => expect(renderInline(text)).toBe(html));

  it('makes no tag but its own, and no attribute, of whatever is written', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      '`',
      '*',
      '_',
      '\\',
      '\n',
      ' ',
      'a',
      '<b x=y>',
      '](',
      '![',
      '&#60;',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const rest = renderInline(pieces.join('')).replaceAll(/<\/?(br|code|em|strong)>/g, '');
        expect(rest).not.toContain('<');
      }),
    );
  });
});
