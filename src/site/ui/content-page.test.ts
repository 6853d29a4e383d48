import { createCatalogue } from 'sveltekit-cairn';
import type { ContentData, Loaded } from 'sveltekit-cairn';
import { createProgressServer } from 'sveltekit-cairn/server';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { cardsOf } from './card.ts';
import { contentPage } from './content-page.ts';
import { continuePlace, wayOn } from './continue-place.ts';

const page = { html: '<p>Text</p>', headings: [] };

const lesson = (id: string, more: Partial<ContentData> = {}): ContentData => ({
  id,
  type: 'lesson',
  title: `On ${id}`,
  path: `knots/loops/${id}`,
  duration: 5,
  ...more,
});

const content = (bowline: Partial<ContentData> = {}): ContentData[] => [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    path: 'knots',
    children: [
      {
        id: 'loops',
        type: 'module',
        title: 'Loops',
        path: 'knots/loops',
        children: [
          lesson('bowline', bowline),
          lesson('hitch', { optional: true }),
          lesson('tie', { type: 'exercise', duration: 50 }),
        ],
      },
    ],
  },
];

/** A learner named Ada on an empty database, with content that can change under her. */
async function begin() {
  let catalogue = createCatalogue(content());
  const database = new DatabaseSync(':memory:');
  database.exec("create table users (id text primary key); insert into users values ('ada')");
  const progress = createProgressServer({
    catalogue: () => catalogue,
    database,
    identify: () => null,
  });
  await progress.migrate();
  return {
    progress,
    edit: (bowline: Partial<ContentData>) => (catalogue = createCatalogue(content(bowline))),
    pageOf: async (id: string) => {
      const loaded: Loaded = await progress.load('ada', id);
      return contentPage(catalogue, catalogue.items.get(id)!, { page, loaded });
    },
    overview: async () => {
      const overview = await progress.overview('ada');
      return { ...overview, cards: cardsOf(catalogue, overview, catalogue.roots) };
    },
  };
}

test('a page says what it is, how long it takes and where it is', async () => {
  const { pageOf } = await begin();
  expect(await pageOf('tie')).toMatchObject({ title: 'On tie', facts: ['Exercise', '50 min'] });
  expect((await pageOf('hitch')).facts).toEqual(['Lesson', 'Optional', '5 min']);
  const { facts, trail } = await pageOf('loops');
  expect(facts).toEqual(['Module', '2 lessons', '1 exercise', '1 of them optional', '1 h']);
  expect(trail).toEqual([{ title: 'Knots', path: 'knots' }]);
});

test('a page rewritten since it was completed says since when, until it is completed again', async () => {
  const { progress, edit, pageOf } = await begin();
  const by = 'button';
  await progress.record('ada', [{ contentId: 'bowline', kind: 'completed', by }]);
  expect((await pageOf('bowline')).updatedSince).toBeNull();

  edit({ version: 2 });
  const { changes } = await progress.load('ada', 'bowline');
  const completedAt = changes.find(({ record }) => record.contentId === 'bowline')!.record
    .completedAt;
  expect((await pageOf('bowline')).updatedSince).toBe(completedAt);

  await progress.record('ada', [{ contentId: 'bowline', kind: 'reopened' }]);
  expect((await pageOf('bowline')).updatedSince).toBeNull();
  await progress.record('ada', [{ contentId: 'bowline', kind: 'completed', by }]);
  expect((await pageOf('bowline')).updatedSince).toBeNull();
});

test('a card and "continue" lead to the same open lesson', async () => {
  const { progress, overview } = await begin();
  const before = await overview();
  expect(continuePlace(before)).toBeNull();
  const first = { title: 'On bowline', path: 'knots/loops/bowline' };
  expect(wayOn(before)).toEqual({ ...first, course: 'Knots', isBegun: false });
  expect(before.cards).toMatchObject([
    {
      title: 'Knots',
      facts: ['2 lessons', '1 exercise', '1 of them optional', '1 h'],
      status: 'not-started',
    },
  ]);

  await progress.record('ada', [{ contentId: 'bowline', kind: 'completed', by: 'button' }]);
  const after = await overview();
  const next = { title: 'On tie', path: 'knots/loops/tie' };
  expect(continuePlace(after)).toEqual({ ...next, course: 'Knots', isBegun: true });
  expect(wayOn(after)).toEqual(continuePlace(after));
  expect(after.cards).toMatchObject([{ progressPercentage: 50, completed: 1, total: 2, next }]);

  const heading = 's-ends';
  await progress.record('ada', [{ contentId: 'tie', kind: 'saved', data: { heading } }]);
  const stopped = await overview();
  expect(continuePlace(stopped)).toEqual({ ...next, heading, course: 'Knots', isBegun: true });
  expect(stopped.cards).toMatchObject([{ next: { ...next, heading } }]);

  await progress.record('ada', [{ contentId: 'tie', kind: 'completed', by: 'button' }]);
  expect(wayOn(await overview())).toBeNull();
});
