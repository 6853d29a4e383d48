import type { Catalogue, ContainerSummary, Item, Overview } from 'sveltekit-cairn';
import { messages } from '../messages.ts';
import { sizeOf } from './content-page.ts';

/** A container as lists of courses show it, with the learner's progress on it. */
export interface Card extends ContainerSummary {
  id: string;
  title: string;
  path: string;
  description: string | undefined;
  /** Short words: how much there is in it, how long it takes. */
  facts: string[];
  /** Where the learner goes on with it; only of a course. */
  next: { title: string; path: string | undefined } | null;
}

/** The cards of some containers, in their order. */
export function cardsOf(
  catalogue: Catalogue,
  overview: Overview,
  containers: readonly Item[],
): Card[] {
  const next = new Map(overview.courses.map((course) => [course.contentId, course.next]));
  return containers.map((item) => ({
    ...overview.items[item.id]!,
    id: item.id,
    title: item.title,
    path: item.path ?? '',
    description: item.description,
    facts: [
      ...(item.type === 'course' ? [] : [messages.types[item.type]]),
      ...(item.optional ? [messages.optional] : []),
      ...sizeOf(catalogue, item),
    ],
    next: next.get(item.id) ?? null,
  }));
}
