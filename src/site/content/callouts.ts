import type { Blockquote, Paragraph, Root } from 'mdast';
import { visit } from 'unist-util-visit';
import { contentMessages } from '../messages.ts';

const MARKER = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)/i;

/** Turns quotations that begin with `[!NOTE]`, `[!TIP]` … into callouts; a plugin for remark. */
export function callouts() {
  return (tree: Root): void => visit(tree, 'blockquote', markCallout);
}

function markCallout(quote: Blockquote): void {
  const [first] = quote.children;
  if (first?.type !== 'paragraph') return;
  const [text] = first.children;
  const kind = text?.type === 'text' && MARKER.exec(text.value)?.[1]?.toLowerCase();
  if (!kind || !(kind in contentMessages.callouts)) return;

  text.value = text.value.replace(MARKER, '');
  if (!text.value) first.children.shift();
  if (first.children[0]?.type === 'break') first.children.shift();
  if (first.children.length === 0) quote.children.shift();
  quote.children.unshift(titleFor(kind as keyof typeof contentMessages.callouts));
  quote.data = {
    hName: 'div',
    hProperties: { className: ['callout', `callout-${kind}`], role: 'note' },
  };
}

function titleFor(kind: keyof typeof contentMessages.callouts): Paragraph {
  return {
    type: 'paragraph',
    data: { hProperties: { className: ['callout-title'] } },
    children: [{ type: 'text', value: contentMessages.callouts[kind] }],
  };
}
