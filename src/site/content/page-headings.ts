import type { Element, Root } from 'hast';
import { toString } from 'hast-util-to-string';
import rehypeSlug from 'rehype-slug';
import { EXIT, SKIP, visit } from 'unist-util-visit';
import { ID_PREFIX } from './safe-html.ts';

/** A heading that "on this page" can lead to. */
export interface Heading {
  /** 2 to 6; the page's own title is 1. */
  depth: number;
  id: string;
  text: string;
}

/** Gives every heading the id by which authors link to it, the title's own heading too. */
export const nameHeadings = rehypeSlug({ prefix: ID_PREFIX });

/**
 * Fits an author's headings into a page that shows its title itself: takes the title's own heading
 * out and begins the others at level 2. Returns those that stand in the running text.
 */
export function arrangeHeadings(tree: Root, title: string): Heading[] {
  removeTitle(tree, title);
  shiftLevels(tree);
  return tree.children.filter(isHeading).map((heading) => ({
    depth: levelOf(heading),
    id: String(heading.properties.id),
    text: textOf(heading),
  }));
}

function removeTitle(tree: Root, title: string): void {
  visit(tree, 'element', (node, index, parent) => {
    if (!isHeading(node) || !textOf(node)) return;
    if (fold(textOf(node)) === fold(title)) parent!.children.splice(index!, 1);
    return EXIT;
  });
}

function shiftLevels(tree: Root): void {
  const headings: Element[] = [];
  visit(tree, 'element', (node) => {
    if ('dataFootnotes' in node.properties) return SKIP;
    if (isHeading(node)) headings.push(node);
    return;
  });
  const shift = 2 - Math.min(...headings.map(levelOf));
  for (const heading of headings) heading.tagName = `h${Math.min(6, levelOf(heading) + shift)}`;
}

function isHeading(node: Root['children'][number]): node is Element {
  return node.type === 'element' && /^h[1-6]$/.test(node.tagName);
}

function levelOf(heading: Element): number {
  return Number(heading.tagName[1]);
}

function textOf(heading: Element): string {
  return toString(heading).replace(/\s+/g, ' ').trim();
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
