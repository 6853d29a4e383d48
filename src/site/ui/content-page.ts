import { ancestorsOf, countsIn, isUnit, toIso, unitProgress, unitsOf } from 'sveltekit-cairn';
import type { Catalogue, ContentType, Item, Loaded } from 'sveltekit-cairn';
import type { Page } from '../content/render.ts';
import { messages } from '../messages.ts';

/** What a content item's page shows, besides the learner's progress. */
export interface ContentPage {
  id: string;
  type: ContentType;
  title: string;
  description: string | undefined;
  /** Short words under the title: type, minutes … */
  facts: string[];
  /** The containers around it, outermost first. */
  trail: { title: string; path: string }[];
  html: string;
  headings: Page['headings'];
  /** Only its questions complete it. */
  graded: boolean;
  /** When the learner completed it, if the text was rewritten since. ISO 8601 in UTC. */
  updatedSince: string | null;
}

/** Puts together what an item's page shows; `loaded` is the learner's progress around it. */
export function contentPage(
  catalogue: Catalogue,
  item: Item,
  { page, loaded }: { page: Page; loaded: Loaded | null },
): ContentPage {
  return {
    id: item.id,
    type: item.type,
    title: item.title,
    description: item.description,
    facts: isUnit(item) ? factsOfUnit(item) : factsOfContainer(catalogue, item),
    trail: ancestorsOf(item)
      .reverse()
      .map(({ title, path = '' }) => ({ title, path })),
    ...page,
    graded: item.graded ?? false,
    updatedSince: loaded && updatedSince(item, loaded),
  };
}

/** Words for how much there is below a container. */
export function sizeOf(catalogue: Catalogue, container: Item): string[] {
  const units = unitsOf(catalogue, container);
  const exercises = units.filter(({ type }) => type === 'exercise').length;
  const lessons = units.length - exercises;
  const optional = units.filter((unit) => !countsIn(unit, container)).length;
  const minutes = units.reduce((sum, { duration = 0 }) => sum + duration, 0);
  return [
    ...(lessons > 0 ? [messages.lessons(lessons)] : []),
    ...(exercises > 0 ? [messages.exercises(exercises)] : []),
    ...(optional > 0 ? [messages.ofThemOptional(optional)] : []),
    ...(minutes > 0 ? [messages.minutes(minutes)] : []),
  ];
}

function factsOfUnit({ type, optional, duration }: Item): string[] {
  return [
    messages.types[type],
    ...(optional ? [messages.optional] : []),
    ...(duration ? [messages.minutes(duration)] : []),
  ];
}

function factsOfContainer(catalogue: Catalogue, item: Item): string[] {
  return [
    messages.types[item.type],
    ...(item.optional ? [messages.optional] : []),
    ...sizeOf(catalogue, item),
  ];
}

function updatedSince(item: Item, { changes }: Loaded): string | null {
  const states = changes
    .filter(({ record }) => item.ids.includes(record.contentId))
    .flatMap(({ state }) => state ?? []);
  const { completedAt, completedVersion } = unitProgress(item, states);
  return completedVersion !== null && completedVersion < (item.version ?? 1)
    ? toIso(completedAt)
    : null;
}
