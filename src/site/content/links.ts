import type { Element, Root } from 'hast';
import { visit } from 'unist-util-visit';
import type { LinkTarget } from './places.ts';
import type { Finding } from './problems.ts';
import { ID_PREFIX } from './safe-html.ts';

/** A link to a part of a page; whether that is there shows once the page was rendered. */
export interface PartLink {
  line: number;
  /** The path of the page. */
  path: string;
  /** The id as it stands in that page. */
  id: string;
}

/** What a page's links turned out to be. */
export interface LinkFindings {
  broken: Finding[];
  parts: PartLink[];
}

/** Where an address in the page leads. */
export type Follow = (address: string) => LinkTarget;

/**
 * Makes the links of a page lead where its author meant. One that leads nowhere leaves its text.
 */
export function resolveLinks(tree: Root, follow: Follow): LinkFindings {
  const found: LinkFindings = { broken: [], parts: [] };
  visit(tree, 'element', (node, index, parent) => {
    if (node.tagName !== 'a') return undefined;
    nameById(node);
    const { href } = node.properties;
    if (typeof href !== 'string') return undefined;
    const target = follow(href);
    if (target.kind === 'broken') {
      found.broken.push(brokenLink(node, href, target.reason));
      parent!.children.splice(index!, 1, ...node.children);
      return index;
    }
    node.properties.href = target.href;
    if (target.kind === 'page' && target.part) {
      const id = ID_PREFIX + target.part;
      // Within its own page a link to a part needs no address.
      node.properties.href = `${href.startsWith('#') ? '' : target.href}#${id}`;
      found.parts.push({ line: lineOf(node), path: target.path, id: decodeURI(id) });
    }
    if (/^(?:https?:)?\/\//i.test(target.href)) node.properties.rel = ['noopener'];
    return undefined;
  });
  return found;
}

/** What an author is told about an address that leads nowhere. */
export function brokenLink(node: Element, address: string, reason: string): Finding {
  return {
    severity: 'warning',
    line: lineOf(node),
    message: `the link to ${address} leads nowhere: ${reason}`,
  };
}

/** The ids of a page, as links to its parts name them. */
export function idsIn(tree: Root): Set<string> {
  const ids = new Set<string>();
  visit(tree, 'element', ({ properties: { id } }) => {
    if (typeof id === 'string') ids.add(id);
  });
  return ids;
}

/** `<a name>` is how parts were named before ids. */
function nameById({ properties }: Element): void {
  properties.id ??= properties.name;
  delete properties.name;
}

function lineOf(node: Element): number {
  return node.position?.start.line ?? 1;
}
