import type { Element, ElementContent, Root } from 'hast';
import { toString } from 'hast-util-to-string';
import { SKIP, visit } from 'unist-util-visit';
import type { Highlight } from './highlight.ts';
import { contentMessages } from '../messages.ts';

/**
 * Colours a page's blocks of code, and wraps each in `<div class="code" data-language="…">`, where
 * a copy button finds its place.
 */
export async function finishCode(tree: Root, highlight: Highlight): Promise<void> {
  const blocks: { pre: Element; code: Element }[] = [];
  visit(tree, 'element', (node, index, parent) => {
    const code = node.tagName === 'pre' && node.children.find(isCode);
    if (!code) return;
    blocks.push({ pre: node, code });
    parent!.children[index!] = wrapped(node, languageOf(code));
    return SKIP;
  });
  for (const [index, { pre, code }] of blocks.entries()) {
    const language = languageOf(code);
    const text = visibleText(toString(code), language).replace(/\n$/, '');
    const ariaLabel = contentMessages.code(language, blocks.length > 1 ? index + 1 : null);
    Object.assign(pre.properties, { tabIndex: 0, role: 'group', ariaLabel });
    code.properties = {};
    code.children = (await highlight(text, language)) ?? [{ type: 'text', value: text }];
  }
}

function wrapped(pre: Element, language: string): Element {
  const properties = { className: ['code'], ...(language && { dataLanguage: language }) };
  return { type: 'element', tagName: 'div', properties, children: [pre] };
}

/** The first word after the fence: what follows a comma or brace speaks to other programs. */
function languageOf(code: Element): string {
  const classes = code.properties.className;
  const name = Array.isArray(classes) ? String(classes[0]).replace(/^language-/, '') : '';
  return /^[\w+#.-]*/.exec(name)![0].toLowerCase();
}

/** Rust's own convention: lines that begin with `# ` are compiled but not shown, `##` shows one `#`. */
function visibleText(text: string, language: string): string {
  if (language !== 'rust') return text;
  const lines = text.split('\n').filter((line) => !/^\s*#(?: |$)/.test(line));
  return lines.map((line) => line.replace(/^(\s*)##/, '$1#')).join('\n');
}

function isCode(node: ElementContent): node is Element {
  return node.type === 'element' && node.tagName === 'code';
}
