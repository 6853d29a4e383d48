import type { ContentData } from './content.ts';
import { isUnitType } from './content.ts';
import type { ContentProblem } from './content-check.ts';
import { checkContent } from './content-check.ts';
import { hashText } from './hash.ts';

/** One content item in its place in the catalogue. */
export interface Item extends Readonly<Omit<ContentData, 'children' | 'aliases'>> {
  readonly parent: Item | null;
  readonly children: readonly Item[];
  /** The item's id and its aliases: the ids under which a learner may have progress on it. */
  readonly ids: readonly string[];
  /** Its units are `catalogue.units.slice(firstUnit, endUnit)`; of a unit, itself. */
  readonly firstUnit: number;
  readonly endUnit: number;
  /** Required units below it, inner `atLeast` applied, its own not. 0 for a unit. */
  readonly required: number;
  /** Names all that its sums depend on: sums counted under another version are counted again. */
  readonly countedAs: string;
}

/** The whole tree, or one course's part of it, ready to be asked. */
export interface Catalogue {
  /** Changes whenever anything in the content changes. */
  readonly version: string;
  /** Changes whenever anything changes that some sum depends on. */
  readonly countedAs: string;
  readonly roots: readonly Item[];
  /** Every item by its id and by each of its aliases. */
  readonly items: ReadonlyMap<string, Item>;
  /** All units in reading order. */
  readonly units: readonly Item[];
}

/** A part of the catalogue as it travels to the browser. */
export interface Outline {
  /** Version of the catalogue that it was taken from. */
  version: string;
  content: ContentData[];
}

/**
 * Makes the catalogue of a content tree.
 *
 * @throws Error that lists every problem, when `checkContent` finds any.
 */
export function createCatalogue(content: readonly ContentData[]): Catalogue {
  const problems = checkContent(content);
  if (problems.length > 0) throw new Error(listProblems(problems));
  return build(content, hashText(JSON.stringify(content)));
}

/** The catalogue of an outline; it keeps the version of the catalogue it was taken from. */
export function openOutline({ content, version }: Outline): Catalogue {
  return build(content, version);
}

function build(content: readonly ContentData[], version: string): Catalogue {
  const units: Item[] = [];
  const items = new Map<string, Item>();
  const roots = content.map((data) => place(data, null, { units, items }));
  return {
    version,
    countedAs: hashText(JSON.stringify(roots.map((root) => root.countedAs))),
    roots,
    items,
    units,
  };
}

/**
 * The part of the catalogue that is read together with an item: its course; without one its
 * outermost container; for a unit that lies loose at the top, all such units.
 */
export function outlineOf(catalogue: Catalogue, item: Item): Outline {
  return { version: catalogue.version, content: scopeOf(catalogue, item).map(toContentData) };
}

/** The items whose units follow one another when an item is read; see `outlineOf`. */
export function scopeOf(catalogue: Catalogue, item: Item): readonly Item[] {
  const line = [item, ...ancestorsOf(item)];
  const scope = line.find((each) => each.type === 'course') ?? line[line.length - 1]!;
  return isUnit(scope) ? catalogue.roots.filter(isUnit) : [scope];
}

/** The units below an item in reading order; of a unit, itself. */
export function unitsOf(catalogue: Catalogue, item: Item): readonly Item[] {
  return catalogue.units.slice(item.firstUnit, item.endUnit);
}

/** The lessons that an exercise completes when it is passed: those beside it that say so. */
export function lessonsCompletedBy(catalogue: Catalogue, exercise: Item): Item[] {
  if (exercise.type !== 'exercise') return [];
  const beside = exercise.parent?.children ?? catalogue.roots;
  return beside.filter(
    ({ type, completion }) => type === 'lesson' && completion?.includes('exercise'),
  );
}

/** The containers around an item, innermost first. */
export function ancestorsOf(item: Item): Item[] {
  const ancestors: Item[] = [];
  for (let each = item.parent; each; each = each.parent) ancestors.push(each);
  return ancestors;
}

/** Says whether a learner completes this item, instead of what is below it. */
export function isUnit(item: Item): boolean {
  return isUnitType(item.type);
}

/** Says whether a unit counts in a container around it: neither it nor a container between is optional. */
export function countsIn(unit: Item, container: Item): boolean {
  for (let each: Item | null = unit; each && each !== container; each = each.parent) {
    if (each.optional) return false;
  }
  return true;
}

/** The items of a catalogue in reading order, containers before what they hold. */
export function* walk(items: readonly Item[]): Generator<Item> {
  for (const item of items) {
    yield item;
    yield* walk(item.children);
  }
}

function place(
  data: ContentData,
  parent: Item | null,
  index: { units: Item[]; items: Map<string, Item> },
) {
  const { units, items } = index;
  const { children = [], aliases = [], ...own } = data;
  const firstUnit = units.length;
  const item = { ...own, parent, ids: [data.id, ...aliases], firstUnit, children: [] as Item[] };
  // Filled in below: children need their parent, and its figures need the children.
  const placed = item as typeof item & { endUnit: number; required: number; countedAs: string };
  for (const id of item.ids) items.set(id, placed);
  if (isUnitType(data.type)) units.push(placed);
  for (const child of children) item.children.push(place(child, placed, index));
  placed.endUnit = units.length;
  placed.required = item.children.reduce((sum, child) => sum + requiredBy(child), 0);
  placed.countedAs = countedAs(placed);
  return placed;
}

function requiredBy(child: Item): number {
  if (child.optional) return 0;
  return isUnit(child) ? 1 : Math.min(child.required, child.atLeast ?? Infinity);
}

function countedAs(item: Item): string {
  const { type, ids, optional, atLeast, score, graded } = item;
  const below = item.children.map((child) => child.countedAs);
  return hashText(
    JSON.stringify([type, ids, !!optional, atLeast ?? 0, score ?? '', !!graded, below]),
  );
}

function toContentData(item: Item): ContentData {
  const { parent, children, ids, firstUnit, endUnit, required, countedAs, ...data } = item;
  const copy: ContentData = data;
  if (ids.length > 1) copy.aliases = ids.slice(1);
  if (children.length > 0) copy.children = children.map(toContentData);
  return copy;
}

function listProblems(problems: readonly ContentProblem[]): string {
  const lines = problems.map(({ item, message }) => `- ${item.id}: ${message}`);
  return `The content has problems; put them right and start again:\n${lines.join('\n')}`;
}
