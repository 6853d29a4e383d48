import type { ContentData } from 'sveltekit-cairn';
import type { Shelf } from './shelf.ts';

/** The address of the page of a content item. */
export function addressOf({ path = '' }: { path?: string | undefined }): string {
  return `/${path}`;
}

/** The pages of a kept course: those around it, its own, and all below it. Empty if it is gone. */
export function pagesOfCourse(content: readonly ContentData[], id: string): string[] {
  for (const item of content) {
    if (item.id === id || item.aliases?.includes(id)) return withAllBelow(item);
    const below = pagesOfCourse(item.children ?? [], id);
    if (below.length > 0) return [addressOf(item), ...below];
  }
  return [];
}

/** The pages of all kept courses, each once. */
export function keptPages(content: readonly ContentData[], { kept }: Shelf): Set<string> {
  return new Set(kept.flatMap((id) => pagesOfCourse(content, id)));
}

function withAllBelow(item: ContentData): string[] {
  return [addressOf(item), ...(item.children ?? []).flatMap(withAllBelow)];
}
