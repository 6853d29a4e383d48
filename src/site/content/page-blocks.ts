import type { Element, ElementContent, Root } from 'hast';
import { toString } from 'hast-util-to-string';
import { SKIP, visit } from 'unist-util-visit';
import { contentMessages } from '../messages.ts';

/** Makes tables, task lists and foldable parts usable by everybody. */
export function finishBlocks(tree: Root): void {
  let tables = 0;
  visit(tree, 'element', (node, index, parent) => {
    switch (node.tagName) {
      case 'table':
        tables += 1;
        labelColumns(node);
        parent!.children[index!] = scrollable(node, `${contentMessages.table} ${tables}`);
        return SKIP;
      case 'li':
        labelTask(node);
        return undefined;
      case 'input':
        // What is no task was a form's field, and there are no forms in a text.
        if (!node.properties.ariaLabel) parent!.children.splice(index!, 1);
        return node.properties.ariaLabel ? undefined : index;
      case 'details':
        addSummary(node);
        wrapText(node);
        return undefined;
      default:
        return undefined;
    }
  });
}

/** A wide table scrolls by itself, by keyboard too, and so needs a name. */
function scrollable(table: Element, name: string): Element {
  const caption = childOf(table, 'caption');
  const ariaLabel = (caption && toString(caption).trim()) || name;
  const properties = { className: ['table'], role: 'region', tabIndex: 0, ariaLabel };
  return { type: 'element', tagName: 'div', properties, children: [table] };
}

/** A header cell says that it heads a column; an empty one heads nothing. */
function labelColumns(table: Element): void {
  const head = childOf(table, 'thead');
  if (!head) return;
  visit(head, 'element', (cell) => {
    if (cell.tagName !== 'th') return;
    if (toString(cell).trim() || childOf(cell, 'img')) cell.properties.scope ??= 'col';
    else cell.tagName = 'td';
  });
}

function labelTask(item: Element): void {
  const classes = item.properties.className;
  if (!Array.isArray(classes) || !classes.includes('task-list-item')) return;
  // In a list with space between its entries the box stands in their first paragraph.
  const box = childOf(item, 'input') ?? childOf(childOf(item, 'p') ?? item, 'input');
  if (box)
    box.properties.ariaLabel = box.properties.checked ? contentMessages.done : contentMessages.toDo;
}

function addSummary(details: Element): void {
  if (childOf(details, 'summary')) return;
  const children: ElementContent[] = [{ type: 'text', value: contentMessages.details }];
  details.children.unshift({ type: 'element', tagName: 'summary', properties: {}, children });
}

const BLOCKS =
  /^(?:summary|p|ul|ol|dl|pre|table|blockquote|div|section|figure|details|h[1-6]|hr|video|audio)$/;

/** Text that stands loose in a foldable part, for want of an empty line above it, is a paragraph. */
function wrapText(details: Element): void {
  const children: Element['children'] = [];
  let loose: ElementContent[] = [];
  const close = () => {
    const isBlank = loose.every((each) => each.type === 'text' && !each.value.trim());
    if (isBlank) children.push(...loose);
    else children.push({ type: 'element', tagName: 'p', properties: {}, children: loose });
    loose = [];
  };
  for (const child of details.children) {
    if (child.type === 'element' && BLOCKS.test(child.tagName)) {
      close();
      children.push(child);
    } else loose.push(child);
  }
  close();
  details.children = children;
}

function childOf(node: Element, tagName: string): Element | undefined {
  return node.children.find((child) => child.type === 'element' && child.tagName === tagName) as
    Element | undefined;
}
