import type { Options as Schema } from 'rehype-sanitize';

/** Before every id in an author's text, so that none can be mistaken for one of the page around it. */
export const ID_PREFIX = 's-';

const addresses = ['http', 'https'];

/**
 * What of an author's HTML is shown. Everything else is dropped: a tag that is not listed leaves its
 * text, the stripped ones leave nothing. Addresses are relative or of a listed protocol.
 */
export const safeHtml: Schema = {
  tagNames: [
    ...[
      'a',
      'abbr',
      'b',
      'bdi',
      'bdo',
      'br',
      'cite',
      'code',
      'del',
      'dfn',
      'em',
      'i',
      'ins',
      'kbd',
    ],
    ...['mark', 'q', 'rp', 'rt', 'ruby', 's', 'samp', 'small', 'span', 'strong', 'sub', 'sup'],
    ...['time', 'u', 'var', 'wbr'],
    ...['blockquote', 'dd', 'details', 'div', 'dl', 'dt', 'figcaption', 'figure', 'hr', 'li', 'ol'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'pre', 'section', 'summary', 'ul'],
    ...['caption', 'col', 'colgroup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr'],
    ...['audio', 'img', 'input', 'source', 'track', 'video'],
  ],
  strip: [
    ...[
      'applet',
      'embed',
      'frame',
      'frameset',
      'iframe',
      'math',
      'noembed',
      'noframes',
      'noscript',
    ],
    ...['object', 'script', 'style', 'svg', 'template', 'title', 'xmp'],
  ],
  attributes: {
    '*': ['dir', 'id', 'lang', 'title'],
    a: [
      ...['ariaDescribedBy', 'ariaLabel', 'dataFootnoteBackref', 'dataFootnoteRef', 'href', 'name'],
      ['className', 'data-footnote-backref'],
    ],
    audio: ['ariaLabel', 'loop', 'muted', 'src'],
    blockquote: ['cite'],
    code: [['className', /^language-./]],
    col: ['span'],
    colgroup: ['span'],
    del: ['cite', 'dateTime'],
    details: ['open'],
    div: [
      ['className', /^callout(-[a-z]+)?$/],
      ['role', 'note'],
    ],
    img: ['alt', 'height', 'src', 'width'],
    input: ['checked', ['disabled', true], ['type', 'checkbox']],
    ins: ['cite', 'dateTime'],
    li: ['value', ['className', 'task-list-item']],
    ol: ['reversed', 'start', 'type', ['className', 'contains-task-list']],
    p: [['className', 'callout-title']],
    q: ['cite'],
    section: ['dataFootnotes', ['className', 'footnotes']],
    source: ['src', 'type'],
    td: ['align', 'colSpan', 'rowSpan'],
    th: ['abbr', 'align', 'colSpan', 'rowSpan', 'scope'],
    time: ['dateTime'],
    track: ['default', 'kind', 'label', 'src', 'srcLang'],
    ul: [['className', 'contains-task-list']],
    video: ['ariaLabel', 'height', 'loop', 'muted', 'poster', 'src', 'width'],
  },
  required: { input: { disabled: true, type: 'checkbox' } },
  ancestors: {
    ...Object.fromEntries(
      ['caption', 'col', 'colgroup', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr'].map((tag) => [
        tag,
        ['table'],
      ]),
    ),
    source: ['audio', 'video'],
    track: ['audio', 'video'],
  },
  protocols: {
    cite: addresses,
    href: [...addresses, 'mailto', 'tel'],
    poster: addresses,
    // An image, whatever it is made of, runs no script.
    src: [...addresses, 'data'],
  },
  clobber: ['ariaDescribedBy', 'ariaLabelledBy', 'id', 'name'],
  clobberPrefix: ID_PREFIX,
  allowComments: false,
  allowDoctypes: false,
};
