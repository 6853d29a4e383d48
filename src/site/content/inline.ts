import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

/**
 * Of Markdown, what is left to a few words: `code`, *emphasis*, **strong**, and a backslash that keeps
 * a character as it is. Everything else is text, so `<main>`, `&lt;` and `1. ` stand as they are written.
 */
const fewWords = {
  disable: {
    null: [
      ...[
        'blockQuote',
        'codeFenced',
        'codeIndented',
        'definition',
        'headingAtx',
        'htmlFlow',
        'list',
      ],
      ...['setextUnderline', 'thematicBreak'],
      ...[
        'autolink',
        'characterReference',
        'htmlText',
        'labelEnd',
        'labelStartImage',
        'labelStartLink',
      ],
    ],
  },
};

const processor = unified()
  .data('micromarkExtensions', [fewWords])
  .use(remarkParse)
  .use(remarkRehype)
  // Also takes the words out of their paragraphs.
  .use(rehypeSanitize, { tagNames: ['br', 'code', 'em', 'strong'], attributes: {} })
  .use(rehypeStringify)
  .freeze();

/** Makes HTML of a few words of Markdown: phrasing that is safe to be put into a page as it is. */
export function renderInline(markdown: string): string {
  return String(processor.processSync(markdown));
}
