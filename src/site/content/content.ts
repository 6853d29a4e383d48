import type { ContentData } from 'sveltekit-cairn';
import { createHighlight } from './highlight.ts';
import { createLoader, emptyEdition, hasErrors } from './load.ts';
import type { Edition, LoadOptions } from './load.ts';
import { createPageCache } from './page-cache.ts';
import { ContentError } from './problems.ts';
import type { Problem } from './problems.ts';
import type { QuestionText } from './question-text.ts';
import type { Question } from './questions.ts';
import type { Page } from './render.ts';

/** How the content is opened. */
export interface ContentOptions extends LoadOptions {
  /**
   * Whether each access looks if files changed, for development. The last sound content then stays
   * in place of one with errors, and `problems` says what they are.
   */
  watch?: boolean;
}

/** The content of the site. */
export interface SiteContent {
  /** For `createCatalogue`; the same array as long as nothing changed. */
  readonly content: ContentData[];
  /** Title of the root's own page, if it has one. */
  readonly title: string | undefined;
  /** Description of the root's own page, if it has one. */
  readonly description: string | undefined;
  /** Errors (with `watch` only) and warnings, by file and line. */
  readonly problems: readonly Problem[];
  /** The text of the home page; empty when the root's own page is an item itself. */
  introduction(): Promise<Page>;
  /** An item's text; empty for a folder without a page, undefined for an unknown id. */
  page(id: string): Promise<Page | undefined>;
  /** An exercise's questions with their answers, for the server alone; none of any other id. */
  questions(id: string): readonly Question[];
  /** What those questions say, by question, with their explanations: for the server alone, too. */
  questionTexts(id: string): Promise<readonly QuestionText[]>;
  /**
   * The absolute path of an image, sound, video or document beside the pages, by its URL path without
   * the leading slash. Undefined for all else: other kinds of files, hidden ones, what lies
   * outside of the content folder.
   */
  asset(path: string): string | undefined;
}

/**
 * Opens a folder of Markdown. Pages are rendered when they are asked for.
 *
 * @throws ContentError that lists every error with file and line, unless `watch` is on.
 */
export function createContent({ watch = false, ...options }: ContentOptions): SiteContent {
  const load = createLoader(options);
  let latest = load();
  if (!watch && hasErrors(latest)) throw new ContentError(latest.problems);
  let shown = hasErrors(latest) ? emptyEdition() : latest;
  const highlight = createHighlight();
  let show = createPageCache(shown, highlight);

  function refresh(): Edition {
    if (!watch) return shown;
    latest = load();
    if (latest === shown || hasErrors(latest)) return shown;
    shown = latest;
    show = createPageCache(shown, highlight);
    return shown;
  }

  return {
    get content() {
      return refresh().content;
    },
    get title() {
      return refresh().rootPage?.title;
    },
    get description() {
      return refresh().rootPage?.values.description;
    },
    get problems() {
      refresh();
      return latest.problems;
    },
    async introduction() {
      const { rootPage } = refresh();
      if (!rootPage || rootPage.values.type) return EMPTY;
      return (await show(rootPage, rootPage.title ?? '')).page;
    },
    async page(id) {
      const item = refresh().items.get(id);
      if (!item) return undefined;
      return item.page ? (await show(item.page, item.data.title)).page : EMPTY;
    },
    questions(id) {
      return refresh().items.get(id)?.page?.values.questions ?? [];
    },
    async questionTexts(id) {
      const item = refresh().items.get(id);
      return item?.page ? (await show(item.page, item.data.title)).questions : [];
    },
    asset(path) {
      return refresh().places.fileAt(path);
    },
  };
}

const EMPTY: Page = { html: '', headings: [] };
