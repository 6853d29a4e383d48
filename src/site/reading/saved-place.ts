import type { Json } from 'sveltekit-cairn';
import { entryIn, headingIn } from 'sveltekit-cairn';

/** What of a unit's saved data says where in it the learner was. */
export interface SavedPlace {
  /** The id of the heading that was passed last. */
  heading?: string;
  /** How many headings stood before it, for when it has gone from the text. */
  part?: number;
  /** The second of each video, by the path of its file. */
  video?: Record<string, number>;
}

/** Reads the place out of saved data, which anybody may have written and others share. */
export function placeIn(data: Json): SavedPlace {
  const heading = headingIn(data);
  const part = entryIn(data, 'part');
  const seconds = Object.entries(Object(entryIn(data, 'video') ?? {}) as object);
  return {
    ...(heading !== undefined && { heading }),
    ...(typeof part === 'number' && { part }),
    video: Object.fromEntries(seconds.filter(([, second]) => Number.isFinite(second))),
  };
}

/**
 * The heading at which to go on: the one that was saved; if it has gone, the one that stands in its
 * place; none before the learner came to any.
 */
export function headingAt<Heading extends { id: string }>(
  headings: readonly Heading[],
  { heading, part = 0 }: SavedPlace,
): Heading | undefined {
  if (heading === undefined) return undefined;
  const nearest = headings[Math.max(0, Math.min(part, headings.length - 1))];
  return headings.find(({ id }) => id === heading) ?? nearest;
}
