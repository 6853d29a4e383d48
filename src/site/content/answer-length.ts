/** Most characters of an answer that is written, not chosen. */
export const MAX_ANSWER_LENGTH = 200;
