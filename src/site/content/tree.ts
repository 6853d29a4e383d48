import { isUnitType } from 'sveltekit-cairn';
import type { ContentData, ContentType } from 'sveltekit-cairn';
import { createHash } from 'node:crypto';
import type { Folder, PageFile } from './folder.ts';
import type { FrontMatter } from './front-matter.ts';
import { readingTime } from './markdown-facts.ts';
import { comparePlaces, readName, segmentOf, titleOf } from './names.ts';
import type { Name } from './names.ts';
import type { PageSource } from './page-source.ts';

/** A content item and what it was made of. */
export interface TreeItem {
  data: ContentData;
  /** None for a folder without a page of its own. */
  page: PageSource | undefined;
  /** The folder that makes a container or page bundle; none for a single file. */
  folder: Folder | undefined;
  /** Path below the content folder of the page, else of the folder. */
  source: string;
  /** The number prefix stayed in its path, because a sibling has the same name otherwise. */
  keepsNumber: boolean;
  children: TreeItem[];
}

/** The content folder as a tree of items. */
export interface Tree {
  roots: TreeItem[];
  /** The root's own page. */
  rootPage: PageSource | undefined;
  /** Files that were left out as drafts, and folders that were left out with all that is in them. */
  drafts: ReadonlySet<string>;
}

/** What the tree is made with. */
export interface TreeOptions {
  read: (file: PageFile) => PageSource;
  /** Whether drafts are shown. */
  drafts: boolean;
}

/** Makes items of a folder: types by depth, order, ids and paths. It judges nothing. */
export function buildTree(root: Folder, { read, drafts }: TreeOptions): Tree {
  const builder: Builder = { read, showDrafts: drafts, drafts: new Set() };
  const rootPage = root.page && read(root.page);
  const roots = rootPage?.values.type
    ? rootItem(builder, root, rootPage)
    : itemsIn(builder, root, { type: undefined, path: '' });
  return { roots, rootPage, drafts: builder.drafts };
}

/** The items of a tree in reading order, containers before what they hold. */
export function* walkTree(items: readonly TreeItem[]): Generator<TreeItem> {
  for (const item of items) {
    yield item;
    yield* walkTree(item.children);
  }
}

interface Builder {
  read: (file: PageFile) => PageSource;
  showDrafts: boolean;
  drafts: Set<string>;
}

/** What a folder's items take from it: the id and type it has as an item, and its URL path. */
interface Around {
  id?: string;
  type: ContentType | undefined;
  path: string;
}

/** Not yet an item: its URL depends on its siblings' names, its place on the order they name. */
interface Candidate {
  name: Name;
  page: PageSource | undefined;
  folder: Folder | undefined;
  order: number | undefined;
}

/** With a type of its own the root is the one item at the top, and lends its path to nothing below. */
function rootItem(builder: Builder, root: Folder, page: PageSource): TreeItem[] {
  if (isLeftOut(builder, page)) return [];
  const type = page.values.type!;
  const { id = type } = page.values;
  const path = segmentOf(id.slice(id.lastIndexOf('/') + 1));
  const children = itemsIn(builder, root, { id, type, path: '' });
  const candidate = { name: readName(path), page, folder: root, order: undefined };
  return [toItem(candidate, { id, type, path, children })];
}

function itemsIn(builder: Builder, folder: Folder, around: Around): TreeItem[] {
  const candidates: Candidate[] = [
    ...folder.folders.map((below) => candidateOf(builder, { file: below.page, folder: below })),
    ...folder.files.map((file) => candidateOf(builder, { file })),
  ];
  const segments = segmentsOf(candidates);
  return candidates
    .filter((candidate) => !isDraft(builder, candidate))
    .toSorted(comparePlaces)
    .map((candidate) => itemOf(builder, candidate, { around, segment: segments.get(candidate)! }));
}

function candidateOf(
  { read }: Builder,
  { file, folder }: { file?: PageFile | undefined; folder?: Folder },
): Candidate {
  const page = file && read(file);
  const name = readName((folder ?? file)!.name);
  return { name, page, folder, order: page?.values.order };
}

function isDraft(builder: Builder, { page, folder }: Candidate): boolean {
  if (!page || !isLeftOut(builder, page)) return false;
  if (folder) builder.drafts.add(folder.path);
  return true;
}

function isLeftOut({ showDrafts, drafts }: Builder, page: PageSource): boolean {
  if (showDrafts || !page.values.draft) return false;
  drafts.add(page.file.path);
  return true;
}

/** Names without their number prefixes; those that would then be the same keep theirs. */
function segmentsOf(candidates: readonly Candidate[]): Map<Candidate, string> {
  const byRest = Map.groupBy(candidates, ({ name }) => segmentOf(name.rest));
  const segments = new Map<Candidate, string>();
  for (const [segment, sharing] of byRest) {
    for (const candidate of sharing) {
      segments.set(candidate, sharing.length === 1 ? segment : segmentOf(candidate.name.whole));
    }
  }
  return segments;
}

function itemOf(
  builder: Builder,
  candidate: Candidate,
  { around, segment }: { around: Around; segment: string },
): TreeItem {
  const { page, folder } = candidate;
  const path = around.path ? `${around.path}/${segment}` : segment;
  const type = page?.values.type ?? (holdsPages(folder) ? levelBelow(around.type) : 'lesson');
  const id = idOf(page, { around, path, segment });
  const children = folder ? itemsIn(builder, folder, { id, type, path }) : [];
  return toItem(candidate, { id, type, path, children });
}

/**
 * The author's id, else the path. Books whose chapters begin with a page of the chapter's own name
 * give both the same id: the inner one then continues the outer.
 */
function idOf(
  page: PageSource | undefined,
  { around, path, segment }: { around: Around; path: string; segment: string },
): string {
  const { id = shortened(path) } = page?.values ?? {};
  return id === around.id ? `${id}/${segment}` : id;
}

function holdsPages(folder: Folder | undefined): boolean {
  return folder !== undefined && folder.files.length + folder.folders.length > 0;
}

/** The type of a folder that names none. */
function levelBelow(type: ContentType | undefined): ContentType {
  if (type === undefined) return 'theme';
  return type === 'theme' ? 'course' : 'module';
}

interface Settled {
  id: string;
  type: ContentType;
  path: string;
  children: TreeItem[];
}

function toItem(
  { name, page, folder }: Candidate,
  { id, type, path, children }: Settled,
): TreeItem {
  const values = page?.values ?? {};
  const title = page?.title ?? titleOf(name);
  const data: ContentData = { id, type, title, path, ...stated(values) };
  if (isUnitType(type)) data.duration ??= readingTime(page?.body ?? '');
  if (type === 'exercise' && values.questions) data.graded = true;
  if (children.length > 0) data.children = children.map((child) => child.data);
  const segment = path.slice(path.lastIndexOf('/') + 1);
  const keepsNumber = segment !== segmentOf(name.rest);
  return { data, page, folder, source: (page?.file ?? folder)!.path, keepsNumber, children };
}

/** What the author stated, fit for learners' eyes: the questions and their answers stay behind. */
function stated(values: FrontMatter): Partial<ContentData> {
  const { id, title, type, order, draft, questions, ...shown } = values;
  return shown;
}

const MAX_ID_LENGTH = 256;

/** An id made of a path that is too long for one: its end, made unique by a digest of the whole. */
function shortened(path: string): string {
  if (path.length <= MAX_ID_LENGTH) return path;
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return `${digest}${path.slice(digest.length - MAX_ID_LENGTH).toWellFormed()}`;
}
