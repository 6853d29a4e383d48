/** What the renderer itself says on a page of Markdown. */
export const content = {
  callouts: {
    note: 'Note',
    tip: 'Tip',
    important: 'Important',
    warning: 'Warning',
    caution: 'Caution',
  },
  /** Names a block of code; its place where there are several. */
  code: (language: string, place: number | null) =>
    `Code${place === null ? '' : ` ${place}`}${language && `: ${language}`}`,
  details: 'Details',
  done: 'Done',
  footnotes: 'Footnotes',
  table: 'Table',
  toDo: 'To do',
} as const;
