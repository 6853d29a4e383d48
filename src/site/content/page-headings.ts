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

/** The end of a heading to which its author gives an id, as in `## Slices {#slices}`. */
export const GIVEN_ID = /\s*\{\s*#([\w.:-]+)\s*\}\s*$/;

/** Gives every heading the id by which authors link to it, the title's own heading too. */
export function nameHeadings(tree: Root): void {
  visit(tree, 'element', (node) => {
    const last = isHeading(node) ? node.children.at(-1) : undefined;
    if (last?.type !== 'text') return;
    const id = GIVEN_ID.exec(last.value)?.[1];
    if (id === undefined) return;
    last.value = last.value.replace(GIVEN_ID, '');
    node.properties.id = ID_PREFIX + id;
  });
  nameBySlug(tree);
}

const nameBySlug = rehypeSlug({ prefix: ID_PREFIX });

/**
 * Fits an author's headings into a page that shows its title itself: takes the title's own heading
 * out and begins the others at level 2. Returns those that stand in the running text.
 */
export function arrangeHeadings(tree: Root, title: string): Heading[] {
  removeTitle(tree, title);
  nestHeadings(tree);
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

/** Leaves no level out: a gap would be read out as if a heading were missing. */
function nestHeadings(tree: Root): void {
  /** The author's levels of the headings around the one that is looked at. */
  let around: number[] = [];
  visit(tree, 'element', (node) => {
    if ('dataFootnotes' in node.properties) return SKIP;
    if (!isHeading(node)) return undefined;
    const level = levelOf(node);
    around = [...around.filter((each) => each < level), level];
    node.tagName = `h${Math.min(6, around.length + 1)}`;
    return undefined;
  });
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
