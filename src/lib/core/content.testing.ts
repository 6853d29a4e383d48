import fc from 'fast-check';
import type { ContentData, ContentType, ScorePolicy } from './content.ts';
import { checkContent } from './content-check.ts';
import { allItems, countCapped, isLeaf } from './oracle.testing.ts';

/** Ids that an unwary map confuses with its own; the rest are numbered. */
const HOSTILE_IDS = ['__proto__', 'constructor', '12345678', 'toString'];

interface Sketch {
  type: ContentType;
  optional: boolean;
  score: ScorePolicy | undefined;
  /** 0 for no limit. */
  attempts: number;
  /** `atLeast`, where there is that much. */
  enough: number;
  children: Sketch[];
}

const optional = fc.integer({ min: 0, max: 3 }).map((die) => die === 0);

const unit = fc.record({
  type: fc.constantFrom<ContentType[]>('lesson', 'exercise'),
  optional,
  score: fc.constantFrom<(ScorePolicy | undefined)[]>(undefined, 'best', 'latest', 'first'),
  attempts: fc.nat(2),
  enough: fc.constant(0),
  children: fc.constant<Sketch[]>([]),
});

const { theme, course, module } = fc.letrec<Record<'theme' | 'course' | 'module', Sketch>>(
  (tie) => {
    const container = (type: ContentType, ...children: fc.Arbitrary<Sketch>[]) =>
      fc.record({
        type: fc.constant(type),
        optional,
        score: fc.constant(undefined),
        attempts: fc.constant(0),
        enough: fc.nat(4),
        children: fc.array(fc.oneof({ withCrossShrink: true }, unit, ...children), {
          maxLength: 4,
          size: 'max',
          depthIdentifier: 'content',
        }),
      });
    return {
      theme: container('theme', tie('course'), tie('module')),
      course: container('course', tie('module')),
      module: fc.oneof(
        { maxDepth: 2, depthIdentifier: 'content' },
        container('module'),
        container('module', tie('module')),
      ),
    };
  },
);

/** Sound content: any nesting and mixture, levels missing, containers empty, optional or capped. */
export const contents: fc.Arbitrary<ContentData[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.oneof(course, theme, module) },
      { weight: 1, arbitrary: unit },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(write);

/** Content as its author left it, and what was thrown away but may come back. */
export interface Draft {
  content: ContentData[];
  bin: ContentData[];
  /** Ids given so far. */
  given: number;
}

/** What an author may do to content. */
export const EDITS = [
  'move',
  'rename',
  'reorder',
  'remove',
  'bring back',
  'add',
  'make optional or required',
  'change atLeast',
  'change the id',
  'merge',
  'make a lesson a module',
  'change the type',
  'change the score policy',
  'rewrite',
] as const;

/** An edit before it is known what there is to be edited. */
export interface Edit {
  edit: (typeof EDITS)[number];
  target: number;
  other: number;
}

/** One edit of these kinds. */
export const editsOf = (...kinds: (typeof EDITS)[number][]): fc.Arbitrary<Edit> =>
  fc.record({ edit: fc.constantFrom(...kinds), target: fc.nat(60), other: fc.nat(60) });

/** A draft of this content. */
export function draftOf(content: ContentData[]): Draft {
  return { content, bin: [], given: 1000 };
}

/** The draft after an edit; the same one where the edit would make no sense or unsound content. */
export function revise(draft: Draft, edit: Edit): Draft {
  const revised = structuredClone(draft);
  perform(revised, edit);
  loosen(revised.content);
  return checkContent(revised.content).length === 0 ? revised : draft;
}

function perform(draft: Draft, { edit, target: index, other }: Edit): void {
  const items = allItems(draft.content);
  const target = items[index % items.length];
  const containers = items.filter((item) => !isLeaf(item));
  const container = containers[other % containers.length];
  const shelf = container ? (container.children ??= []) : draft.content;

  if (edit === 'bring back') {
    const [item] = draft.bin.splice(index % (draft.bin.length || 1), 1);
    if (item) shelf.splice(other % (shelf.length + 1), 0, item);
    return;
  }
  if (edit === 'add') shelf.push(lesson(draft));
  if (!target) return;

  switch (edit) {
    case 'move':
      if (container && allItems([target]).includes(container)) return;
      detach(draft.content, target);
      shelf.splice(other % (shelf.length + 1), 0, target);
      return;
    case 'rename':
      target.title = `Title ${other}`;
      target.path = `path-${other}`;
      return;
    case 'reorder':
      (target.children ?? draft.content).reverse();
      return;
    case 'remove':
      detach(draft.content, target);
      draft.bin.push(target);
      return;
    case 'make optional or required':
      target.optional = !target.optional;
      return;
    case 'change atLeast':
      if (container) container.atLeast = 1 + (index % 4);
      return;
    case 'change the id':
      target.aliases = [...(target.aliases ?? []), target.id];
      target.id = `id-${draft.given++}`;
      return;
    case 'merge':
      merge(draft, target, items[other % items.length]!);
      return;
    case 'make a lesson a module':
      if (target.type !== 'lesson') return;
      target.type = 'module';
      target.children = [lesson(draft), lesson(draft)].slice(other % 3);
      return;
    case 'change the type':
      if (target.type === 'lesson') target.type = 'exercise';
      else if (target.type === 'exercise') target.type = 'lesson';
      else if (target.type === 'course') target.type = 'module';
      if (target.type !== 'exercise') {
        delete target.score;
        delete target.attempts;
      }
      return;
    case 'change the score policy':
      if (target.type !== 'exercise') return;
      target.score = (['best', 'latest', 'first'] as const)[other % 3]!;
      return;
    case 'rewrite':
      target.version = (target.version ?? 1) + 1;
  }
}

/** Another item of the same kind becomes part of this one, its ids and its children. */
function merge({ content }: Draft, target: ContentData, other: ContentData): void {
  if (isLeaf(target) !== isLeaf(other) || allItems([other]).includes(target)) return;
  detach(content, other);
  target.aliases = [...(target.aliases ?? []), other.id, ...(other.aliases ?? [])];
  if (!isLeaf(target)) target.children = [...(target.children ?? []), ...(other.children ?? [])];
}

function detach(content: ContentData[], item: ContentData): void {
  for (const shelf of [content, ...allItems(content).map((each) => each.children ?? [])]) {
    const index = shelf.indexOf(item);
    if (index >= 0) shelf.splice(index, 1);
  }
}

function lesson(draft: Draft): ContentData {
  const id = `id-${draft.given++}`;
  return { id, type: 'lesson', title: id };
}

/** As an author must who took away too much: containers with an `atLeast` that is not there lose it. */
function loosen(content: readonly ContentData[]): void {
  for (const item of content) {
    loosen(item.children ?? []);
    const { atLeast, ...uncapped } = item;
    if (atLeast !== undefined && atLeast > countCapped(uncapped, () => true)) delete item.atLeast;
  }
}

function write(sketches: readonly Sketch[]): ContentData[] {
  let given = 0;
  const item = (sketch: Sketch): ContentData => {
    const { type, optional: skippable, score, attempts, enough, children } = sketch;
    const id = HOSTILE_IDS[given] ?? `id-${given}`;
    given++;
    return {
      id,
      type,
      title: id,
      ...(skippable && { optional: true }),
      ...(type === 'exercise' && score && { score }),
      ...(type === 'exercise' && attempts > 0 && { attempts }),
      ...(enough > 0 && { atLeast: enough }),
      ...(children.length > 0 && { children: children.map(item) }),
    };
  };
  const content = sketches.map(item);
  loosen(content);
  return content;
}
