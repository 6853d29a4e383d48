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
  next: { title: string; path: string | undefined; heading?: string } | null;
}

/** The same cards with the progress of another overview; without one, as they are. */
export function cardsWith(cards: readonly Card[], overview: Overview | null): readonly Card[] {
  if (!overview) return cards;
  const next = nextOf(overview);
  return cards.map((card) => ({
    ...card,
    ...overview.items[card.id],
    next: next.get(card.id) ?? null,
  }));
}

/** The cards of some containers, in their order. */
export function cardsOf(
  catalogue: Catalogue,
  overview: Overview,
  containers: readonly Item[],
): Card[] {
  const next = nextOf(overview);
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

function nextOf({ courses }: Overview): ReadonlyMap<string, Card['next']> {
  return new Map(courses.map((course) => [course.contentId, course.next]));
}
