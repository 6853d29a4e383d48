/** The levels of a catalogue, outermost first. A level may be missing; a module may hold modules. */
export const CONTENT_TYPES = ['theme', 'course', 'module', 'lesson', 'exercise'] as const;

/** What kind of content item it is: a container, or a unit (a lesson or an exercise). */
export type ContentType = (typeof CONTENT_TYPES)[number];

/** Which of several attempts gives an exercise its score. */
export type ScorePolicy = 'best' | 'latest' | 'first';

/** What may complete a lesson by itself; `{ time }` names its own seconds of active time. */
export type CompletionTrigger =
  'button' | 'scroll' | 'time' | 'video' | 'exercise' | { time: number };

/**
 * One node of the catalogue as an author or adopter writes it: plain data, fit for JSON.
 *
 * Lessons and exercises are units, which a learner completes; the other types are containers,
 * whose progress is summed from the units below them.
 */
export interface ContentData {
  /** Outlives the item's title, path and place: progress hangs on it. */
  id: string;
  type: ContentType;
  title: string;
  /** The item's URL path without the leading slash. */
  path?: string;
  description?: string;
  /** Minutes. */
  duration?: number;
  /** Counts in no total; its learners lose nothing by skipping it. */
  optional?: boolean;
  /** Raised by the author when the text was rewritten; 1 at first. */
  version?: number;
  /** Ids that this item had before. */
  aliases?: string[];
  /** Containers: how many of the required units are enough. */
  atLeast?: number;
  /** Exercises: the score, 0 to 100, from which an attempt passes; 70 when absent. */
  passingScore?: number;
  /** Exercises: which attempt gives the score; `best` when absent. */
  score?: ScorePolicy;
  /** Exercises: how many attempts a learner has; no limit when absent. */
  attempts?: number;
  /** Exercises: the server grades it, and it is completed in no other way. */
  graded?: boolean;
  completion?: CompletionTrigger[];
  children?: ContentData[];
}

/** Says whether items of this type are completed by the learner, not summed. */
export function isUnitType(type: ContentType): type is 'lesson' | 'exercise' {
  return type === 'lesson' || type === 'exercise';
}

/** Passing score of an exercise that names none. */
export const DEFAULT_PASSING_SCORE = 70;

const MAX_ID_LENGTH = 256;

/**
 * Says whether a string can be a content id: 1 to 256 UTF-16 units, no control characters, no lone
 * surrogate, no space at either end.
 */
export function isContentId(id: string): boolean {
  return (
    id.length > 0 &&
    id.length <= MAX_ID_LENGTH &&
    id === id.trim() &&
    id.isWellFormed() &&
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    !/[\u0000-\u001f\u007f]/.test(id)
  );
}
