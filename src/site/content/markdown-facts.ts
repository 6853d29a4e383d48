import type { Root, RootContent } from 'mdast';
import { toString } from 'mdast-util-to-string';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { isVideo } from './media-types.ts';
import { GIVEN_ID } from './page-headings.ts';

/** A line that may make a heading: `# …`, `===` or `---` below one, or an HTML heading's start or end. */
const MAY_BE_HEADING = /^ {0,3}(?:#{1,6}(?:[ \t]|$)|=+[ \t]*$|-+[ \t]*$)|<\/h[1-6]\s*>/i;

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/** Scripts written without spaces count by character, the others by what stands between spaces. */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[\p{L}\p{N}][^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]*/gu;

const WORDS_PER_MINUTE = 200;

const markdown = unified().use(remarkParse).freeze();

/**
 * The text of a page's first heading, in Markdown or HTML; undefined without one.
 *
 * Parsing whole pages would take seconds for a course of some hundred: only the lines up to the
 * first that may make a heading are parsed, and more only if they made none.
 */
export function firstHeading(body: string): string | undefined {
  const lines = body.split('\n');
  for (const end of possibleHeadings(lines)) {
    const heading = headingIn(markdown.parse(lines.slice(0, end).join('\n')));
    // A link in it may be defined further down.
    if (heading?.includes('[')) return headingIn(markdown.parse(body));
    if (heading) return heading;
  }
  return undefined;
}

/** Minutes that reading takes, at least 1. */
export function readingTime(body: string): number {
  const words = body.match(WORD)?.length ?? 0;
  return Math.max(1, Math.round(words / WORDS_PER_MINUTE));
}

/** Says whether a page shows a video, in HTML or as an image whose file is one. */
export function hasVideo(body: string): boolean {
  let found = false;
  visit(markdown.parse(body), ['html', 'image', 'definition'], (node) => {
    if (node.type === 'html') found ||= /<video[\s>]/i.test(node.value);
    if ('url' in node) found ||= isVideo(node.url);
  });
  return found;
}

/** Most pages have their heading in the first lines; a page of doubtful ones is parsed whole. */
const ATTEMPTS = 10;

/** The numbers of the lines that may end a heading, outside fenced code; at last that of all lines. */
function possibleHeadings(lines: readonly string[]): number[] {
  const ends: number[] = [];
  let fence = '';
  for (const [index, line] of lines.entries()) {
    const [, marks = '', info = ''] = FENCE.exec(line) ?? [];
    if (fence) {
      if (marks.startsWith(fence) && !info.trim()) fence = '';
    } else if (marks && !(marks.startsWith('`') && info.includes('`'))) {
      fence = marks;
    } else if (MAY_BE_HEADING.test(line)) {
      ends.push(index + 1);
      if (ends.length === ATTEMPTS) return [...ends, lines.length];
    }
  }
  return ends;
}

function headingIn(tree: Root): string | undefined {
  for (const node of tree.children) {
    const text = headingText(node)?.replace(GIVEN_ID, '');
    if (text) return text;
  }
  return undefined;
}

function headingText(node: RootContent): string | undefined {
  if (node.type === 'heading') return textOf(node);
  if (node.type !== 'html') return undefined;
  const inner = /<h([1-6])(?:\s[^>]*)?>(.*?)<\/h\1\s*>/is.exec(node.value)?.[2];
  return inner === undefined ? undefined : textOf(markdown.parse(inner.trim()));
}

function textOf(node: Root | RootContent): string {
  return toString(node, { includeHtml: false, includeImageAlt: false }).replace(/\s+/g, ' ').trim();
}
