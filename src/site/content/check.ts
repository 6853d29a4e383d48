import { join } from 'node:path';
import { CONTENT_TYPES, isUnitType } from 'sveltekit-cairn';
import type { ContentData, ContentType } from 'sveltekit-cairn';
import { createLoader } from './load.ts';
import type { Edition, LoadOptions } from './load.ts';
import type { PageSource } from './page-source.ts';
import { inFileOrder, problemIn } from './problems.ts';
import type { Finding, Problem } from './problems.ts';
import { renderMarkdown } from './render.ts';
import type { RenderedPage } from './render.ts';

/** What a content folder holds, and what is wrong with it. */
export interface ContentReport {
  /** Errors, which keep the site from starting, and warnings; by file and line. */
  problems: Problem[];
  /** Items by type, outermost first. */
  counts: ReadonlyMap<ContentType, number>;
  /** Units that count in no total. */
  optional: number;
}

/** Checks a whole content folder: what a start checks, and every page's links and rendering. */
export async function checkContentFolder(options: LoadOptions): Promise<ContentReport> {
  const edition = createLoader(options)();
  const items = [...edition.items.values()].map((item) => item.data);
  const findings = await checkPages(edition);
  const ofPages = findings.map(({ page, ...finding }) =>
    problemIn(join(options.dir, page.file.path), finding),
  );
  return {
    problems: inFileOrder([...edition.problems, ...ofPages]),
    counts: new Map(
      CONTENT_TYPES.map((type) => [type, items.filter((item) => item.type === type).length]),
    ),
    optional: optionalUnits(edition.content, false),
  };
}

interface PageFinding extends Finding {
  page: PageSource;
}

async function checkPages(edition: Edition): Promise<PageFinding[]> {
  const findings: PageFinding[] = [];
  const rendered = new Map<string, { page: PageSource; result: RenderedPage }>();
  for (const { path, title, page } of pagesOf(edition)) {
    const follow = (address: string) => edition.places.follow(page.file.path, address);
    try {
      const result = await renderMarkdown(page.body, { title, follow, highlight: withoutColours });
      rendered.set(path, { page, result });
      findings.push(...result.broken.map((finding) => ({ page, ...finding })));
    } catch (error) {
      findings.push({ page, line: 1, message: `the page cannot be shown: ${String(error)}` });
    }
  }
  for (const { page, result } of rendered.values()) {
    for (const { line, path, id } of result.parts) {
      const target = rendered.get(path);
      if (!target || target.result.ids.has(id)) continue;
      const message = `the link leads to no heading of ${target.page.file.path}`;
      findings.push({ page, severity: 'warning', line, message });
    }
  }
  return findings;
}

function pagesOf({ items, rootPage }: Edition) {
  const pages = [...items.values()].flatMap(({ data, page }) =>
    page ? [{ path: data.path!, title: data.title, page }] : [],
  );
  if (!rootPage || rootPage.values.type) return pages;
  return [{ path: '', title: rootPage.title ?? '', page: rootPage }, ...pages];
}

/** Colours change nothing that could be wrong, and take most of the time. */
async function withoutColours(): Promise<undefined> {
  return undefined;
}

function optionalUnits(items: readonly ContentData[], inOptional: boolean): number {
  return items.reduce((sum, item) => {
    const optional = inOptional || (item.optional ?? false);
    if (isUnitType(item.type)) return sum + (optional ? 1 : 0);
    return sum + optionalUnits(item.children ?? [], optional);
  }, 0);
}
