import { checkContent } from 'sveltekit-cairn';
import type { CompletionTrigger, ContentData } from 'sveltekit-cairn';
import { hasVideo } from './markdown-facts.ts';
import { problemIn } from './problems.ts';
import type { Problem } from './problems.ts';
import { walkTree } from './tree.ts';
import type { Tree, TreeItem } from './tree.ts';

/**
 * Lists what is wrong with a tree: what its pages say wrongly, what the library refuses, addresses
 * claimed twice or used by the site itself, and rules that can never be met. Files are named by their
 * path below the content folder.
 */
export function checkTree(tree: Tree, reserved: readonly string[]): Problem[] {
  const items = [...walkTree(tree.roots)];
  return [
    ...pageProblems(tree, items),
    ...libraryProblems(tree, items),
    ...pathProblems(items, reserved),
    ...items
      .filter((item) => item.data.id !== (item.page?.values.id ?? item.data.id))
      .map(warnOfId),
    ...items.filter((item) => item.keepsNumber && !item.page?.values.id).map(warnOfNumber),
    ...items.flatMap((item) => ruleProblems(item)),
    ...siblingsOf(tree).flatMap((siblings) => exerciseProblems(siblings)),
  ];
}

function pageProblems({ rootPage }: Tree, items: readonly TreeItem[]): Problem[] {
  const pages = new Set([rootPage, ...items.map((item) => item.page)]);
  return [...pages].flatMap((page) =>
    page ? page.problems.map((finding) => problemIn(page.file.path, finding)) : [],
  );
}

function libraryProblems({ roots }: Tree, items: readonly TreeItem[]): Problem[] {
  const byData = new Map(items.map((item) => [item.data, item]));
  const byId = Map.groupBy(items, (item) => item.data.id);
  return checkContent(roots.map((root) => root.data)).map(({ item: data, field, message }) => {
    const item = byData.get(data)!;
    const others = field === 'id' ? byId.get(data.id)!.filter((other) => other !== item) : [];
    const also = others.map((other) => other.source).join(', ');
    return errorAt(item, field, also ? `${message}; see ${also}` : message);
  });
}

function pathProblems(items: readonly TreeItem[], reserved: readonly string[]): Problem[] {
  const owners = new Map<string, TreeItem>();
  return items.flatMap((item) => {
    const path = item.data.path!;
    const owner = owners.get(path) ?? item;
    owners.set(path, owner);
    // Two items without an id of their own have the same one too, and that was told already.
    if (owner !== item && owner.data.id !== item.data.id) {
      return [errorAt(item, 'path', `${owner.source} has the same address, /${path}`)];
    }
    if (!path.includes('/') && reserved.includes(path)) {
      return [errorAt(item, 'path', `the site itself uses the address /${path}: rename it`)];
    }
    return [];
  });
}

function warnOfId(item: TreeItem): Problem {
  const message = `the id is that of the item around it, so this one is known as "${item.data.id}"`;
  return { ...errorAt(item, 'id', message), severity: 'warning' };
}

/** Its id would change with its number, and the progress on it would stay behind. */
function warnOfNumber({ source, data }: TreeItem): Problem {
  const message = `a sibling differs by its number alone, so its id is "${data.id}": give it an id of its own`;
  return { severity: 'warning', file: source, line: 1, message };
}

function ruleProblems(item: TreeItem): Problem[] {
  const { data, page } = item;
  const problems: Problem[] = [];
  if (page?.values.questions && data.type !== 'exercise') {
    problems.push(
      errorAt(item, 'questions', `questions are for exercises, not for a ${data.type}`),
    );
  }
  for (const trigger of data.completion ?? []) {
    const reason = reasonAgainst(trigger, item);
    if (reason) problems.push(errorAt(item, 'completion', `completion: ${reason}`));
  }
  return problems;
}

/** Why a trigger can never fire on an item, looking at nothing but the item. */
function reasonAgainst(trigger: CompletionTrigger, { data, page }: TreeItem): string | undefined {
  const name = typeof trigger === 'object' ? 'time' : trigger;
  if (data.graded && name !== 'exercise') {
    return `${name} never fires: an exercise with questions is completed by passing it`;
  }
  if (name === 'exercise' && data.type === 'exercise' && !data.graded) {
    return 'exercise never fires: there are no questions to pass';
  }
  if (name === 'video' && !hasVideo(page?.body ?? '')) {
    return 'video never fires: there is no video on the page';
  }
  return undefined;
}

function exerciseProblems(siblings: readonly TreeItem[]): Problem[] {
  if (siblings.some((item) => item.data.graded)) return [];
  return siblings
    .filter((item) => item.data.type === 'lesson' && item.data.completion?.includes('exercise'))
    .map((item) =>
      errorAt(
        item,
        'completion',
        'completion: exercise never fires: there is none with questions beside the lesson',
      ),
    );
}

function siblingsOf({ roots }: Tree): TreeItem[][] {
  return [roots, ...[...walkTree(roots)].map((item) => item.children)];
}

function errorAt(item: TreeItem, field: keyof ContentData | 'questions', message: string): Problem {
  const line = item.page?.lines.get(field === 'children' ? 'type' : field) ?? 1;
  return { severity: 'error', file: item.source, line, message };
}
