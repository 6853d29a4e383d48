import type { Root } from 'hast';
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { callouts } from './callouts.ts';
import { finishCode } from './code-blocks.ts';
import type { Highlight } from './highlight.ts';
import { idsIn, resolveLinks } from './links.ts';
import type { Follow, PartLink } from './links.ts';
import { resolveMedia } from './media.ts';
import { finishBlocks } from './page-blocks.ts';
import { arrangeHeadings, nameHeadings } from './page-headings.ts';
import type { Heading } from './page-headings.ts';
import type { Finding } from './problems.ts';
import { safeHtml } from './safe-html.ts';
import { contentMessages } from '../messages.ts';

/** A page as it is shown. */
export interface Page {
  /** Safe to be put into a page as it is. */
  html: string;
  /** What "on this page" lists, in order. */
  headings: Heading[];
}

/** A page, and what came to light while it was made. */
export interface RenderedPage extends Page {
  broken: Finding[];
  /** Links to parts of pages, which only those pages can confirm. */
  parts: PartLink[];
  /** The ids that such links can lead to. */
  ids: ReadonlySet<string>;
}

/** What a page's text alone does not say. */
export interface RenderOptions {
  /** The page's title, which is shown above the text: its heading in the text is left out. */
  title: string;
  follow: Follow;
  highlight: Highlight;
}

const toSafeTree = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(callouts)
  // Footnotes get their prefix with all other ids, when the tree is made safe.
  .use(remarkRehype, {
    allowDangerousHtml: true,
    clobberPrefix: '',
    footnoteLabel: contentMessages.footnotes,
    footnoteLabelProperties: {},
  })
  .use(rehypeRaw)
  .use(rehypeSanitize, safeHtml)
  .freeze();

const toHtml = unified().use(rehypeStringify).freeze();

/** Makes HTML of a page's Markdown. What it adds itself, it adds after the author's part was made safe. */
export async function renderMarkdown(
  markdown: string,
  { title, follow, highlight }: RenderOptions,
): Promise<RenderedPage> {
  const tree: Root = await toSafeTree.run(toSafeTree.parse(markdown));
  const { broken, parts } = resolveLinks(tree, follow);
  broken.push(...resolveMedia(tree, follow));
  nameHeadings(tree);
  const ids = idsIn(tree);
  const headings = arrangeHeadings(tree, title);
  finishBlocks(tree);
  await finishCode(tree, highlight);
  return { html: toHtml.stringify(tree), headings, broken, parts, ids };
}
