import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentData } from 'sveltekit-cairn';

/** Lessons in a module. */
export const PER_MODULE = 50;

/** A course of so many lessons in modules of 50, in a theme, as an adopter would write it. */
export function courseOf(units: number): ContentData[] {
  const lessons = Array.from({ length: units }, (_, n): ContentData => ({
    id: `lesson-${n}`,
    type: 'lesson',
    title: `Lesson ${n}`,
  }));
  const modules = Array.from({ length: Math.ceil(units / PER_MODULE) }, (_, n): ContentData => ({
    id: `module-${n}`,
    type: 'module',
    title: `Module ${n}`,
    children: lessons.slice(n * PER_MODULE, (n + 1) * PER_MODULE),
  }));
  const course: ContentData = { id: 'course', type: 'course', title: 'Course', children: modules };
  return [{ id: 'theme', type: 'theme', title: 'Theme', children: [course] }];
}

/** Writes content as a folder of Markdown for the site. */
export function writeContent(content: readonly ContentData[], dir: string): void {
  content.forEach(({ id, type, title, children }, index) => {
    const page = `---\nid: ${id}\ntype: ${type}\ntitle: ${title}\n---\n\nText.\n`;
    const name = `${String(index + 1).padStart(5, '0')}-${id}`;
    if (type === 'lesson') {
      writeFileSync(join(dir, `${name}.md`), page);
      return;
    }
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, '_index.md'), page);
    writeContent(children ?? [], join(dir, name));
  });
}
