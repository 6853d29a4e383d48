/** What the renderer itself says on a page of Markdown. */
export const content = {
  callouts: {
    note: 'Note',
    tip: 'Tip',
    important: 'Important',
    warning: 'Warning',
    caution: 'Caution',
  },
  code: 'Code',
  details: 'Details',
  done: 'Done',
  footnotes: 'Footnotes',
  table: 'Table',
  toDo: 'To do',
} as const;
