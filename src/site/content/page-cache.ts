import type { Highlight } from './highlight.ts';
import type { Edition } from './load.ts';
import type { PageSource } from './page-source.ts';
import type { QuestionText } from './question-text.ts';
import type { Page } from './render.ts';

/** A page, and what its questions say. Explanations are not for everybody who sees the page. */
export interface Rendered {
  page: Page;
  questions: readonly QuestionText[];
}

/** Gives a page as it is shown. */
export type ShowPage = (source: PageSource, title: string) => Promise<Rendered>;

/** Pages that were asked for last are kept: enough for a class that works on a course together. */
const KEPT_PAGES = 200;

/** Renders the pages of an edition when they are asked for, each once while it is kept. */
export function createPageCache({ places }: Edition, highlight: Highlight): ShowPage {
  const kept = new Map<PageSource, Promise<Rendered>>();

  return (source, title) => {
    const page = kept.get(source) ?? show(source, title);
    // The map's order is that of use.
    kept.delete(source);
    kept.set(source, page);
    if (kept.size > KEPT_PAGES) kept.delete(kept.keys().next().value!);
    page.catch(() => kept.delete(source));
    return page;
  };

  async function show({ file, body, values }: PageSource, title: string): Promise<Rendered> {
    // Not needed for a start, and slow to load.
    const { renderMarkdown } = await import('./render.ts');
    const { questionText } = await import('./question-text.ts');
    const follow = (address: string) => places.follow(file.path, address);
    try {
      const { html, headings } = await renderMarkdown(body, { title, follow, highlight });
      return { page: { html, headings }, questions: (values.questions ?? []).map(questionText) };
    } catch (cause) {
      throw new Error(`The page ${file.path} cannot be shown`, { cause });
    }
  }
}
