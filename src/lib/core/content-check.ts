import type { ContentData } from './content.ts';
import { CONTENT_TYPES, isContentId, isUnitType } from './content.ts';

/** Something in the content that would make progress on it wrong. */
export interface ContentProblem {
  /** The very object that was checked, so that a loader can name its file. */
  item: ContentData;
  /** The key at fault. */
  field: keyof ContentData;
  message: string;
}

/** Lists what is wrong with a content tree, in reading order; empty when it is sound. */
export function checkContent(content: readonly ContentData[]): ContentProblem[] {
  const items = flatten(content);
  return [...items.flatMap(checkItem), ...checkIds(items)];
}

function flatten(content: readonly ContentData[]): ContentData[] {
  return content.flatMap((item) => [item, ...flatten(item.children ?? [])]);
}

function checkItem(item: ContentData): ContentProblem[] {
  const problems: ContentProblem[] = [];
  const refuse = (field: keyof ContentData, message: string) =>
    problems.push({ item, field, message });

  if (!CONTENT_TYPES.includes(item.type)) {
    refuse('type', `type is "${item.type}"; it is one of ${CONTENT_TYPES.join(', ')}`);
    return problems;
  }
  const unit = isUnitType(item.type);
  if (unit && item.children?.length) refuse('children', `a ${item.type} holds no other items`);
  for (const child of item.children ?? []) {
    if (!canHold(item, child)) {
      problems.push({
        item: child,
        field: 'type',
        message: `a ${child.type} cannot lie in a ${item.type}`,
      });
    }
  }
  if (item.atLeast !== undefined) {
    const there = requiredBelow(item);
    if (unit) refuse('atLeast', `atLeast is for containers, not for a ${item.type}`);
    else if (!isWhole(item.atLeast, 1, there)) {
      refuse('atLeast', `atLeast is ${item.atLeast}, but ${there} required units are there`);
    }
  }
  for (const field of ['passingScore', 'score', 'attempts', 'graded'] as const) {
    if (item[field] !== undefined && item.type !== 'exercise') {
      refuse(field, `${field} is for exercises, not for a ${item.type}`);
    }
  }
  if (!isWhole(item.passingScore ?? 0, 0, 100)) refuse('passingScore', 'passingScore is 0 to 100');
  if (!isWhole(item.attempts ?? 1, 1, Infinity)) refuse('attempts', 'attempts is 1 or more');
  if (!isWhole(item.version ?? 1, 1, 2 ** 31 - 1)) refuse('version', 'version is 1 or more');
  if (!['best', 'latest', 'first'].includes(item.score ?? 'best')) {
    refuse('score', `score is "${item.score}"; it is best, latest or first`);
  }
  if (!unit && item.completion) refuse('completion', `completion is for lessons and exercises`);
  return problems;
}

function checkIds(items: readonly ContentData[]): ContentProblem[] {
  const problems: ContentProblem[] = [];
  const living = new Set<string>();
  for (const item of items) {
    const { id } = item;
    const refuse = (message: string) => problems.push({ item, field: 'id', message });
    if (!isContentId(id)) {
      refuse('an id is 1 to 256 characters, without control characters or spaces around it');
    }
    if (living.has(id)) refuse(`two items have the id "${id}"`);
    living.add(id);
  }
  const claimed = new Set<string>();
  for (const item of items) {
    for (const alias of item.aliases ?? []) {
      const refuse = (message: string) => problems.push({ item, field: 'aliases', message });
      if (!isContentId(alias)) refuse(`the alias "${alias}" could never have been an id`);
      if (living.has(alias)) refuse(`the alias "${alias}" is the id of a living item`);
      if (claimed.has(alias)) refuse(`the alias "${alias}" is claimed twice`);
      claimed.add(alias);
    }
  }
  return problems;
}

/** A container holds units and the levels below its own; modules may nest. */
function canHold(container: ContentData, child: ContentData): boolean {
  const outer = CONTENT_TYPES.indexOf(container.type);
  const inner = CONTENT_TYPES.indexOf(child.type);
  // What is of no type at all is refused for that.
  if (inner === -1) return true;
  return inner > outer || (container.type === 'module' && child.type === 'module');
}

/** As `Item.required`, from the plain data. */
function requiredBelow(item: ContentData): number {
  return (item.children ?? []).reduce((sum, child) => {
    if (child.optional) return sum;
    if (isUnitType(child.type)) return sum + 1;
    return sum + Math.min(requiredBelow(child), child.atLeast ?? Infinity);
  }, 0);
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
