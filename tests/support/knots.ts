import type { Files } from '../../src/site/content/folder.testing.ts';

/**
 * A small school of knots: one theme, one course, two modules, five required units in all, an optional
 * lesson, and an exam that only the server may complete. Beside the first lesson lies a picture.
 */
export const KNOTS: Files = {
  '_index.md': '---\ntitle: Knots\n---\n\nLearn to tie.',
  '01-rope/_index.md': '---\ntitle: Rope\n---\n',
  '01-rope/01-basics/_index.md': '---\nid: basics\ntitle: The basics\n---\n',
  '01-rope/01-basics/01-hitches/01-clove.md': '---\nid: clove\n---\n\n# Clove hitch\n\n![A](a.svg)',
  '01-rope/01-basics/01-hitches/02-half.md': '---\nid: half\n---\n\n# Half hitch',
  '01-rope/01-basics/01-hitches/03-tie.md': '---\nid: tie\ntype: exercise\n---\n\n# Tie one',
  '01-rope/01-basics/01-hitches/a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '01-rope/01-basics/02-bends/01-reef.md': '---\nid: reef\n---\n\n# Reef knot',
  '01-rope/01-basics/02-bends/02-granny.md': '---\nid: granny\noptional: true\n---\n\n# Granny',
  '01-rope/01-basics/03-care.md': '---\nid: care\n---\n\n# Care of a rope',
  '01-rope/02-exams/_index.md': '---\nid: exams\ntitle: Exams\n---\n',
  '01-rope/02-exams/exam.md': `---
id: exam
type: exercise
questions:
  - kind: choice
    prompt: Which one holds?
    options: [Reef, Granny]
    answer: 0
---

# The exam`,
};

/** Where its lesson `clove` is on the site. */
export const CLOVE = '/rope/basics/hitches/clove';

/** Where its exam is. */
export const EXAM = '/rope/exams/exam';
