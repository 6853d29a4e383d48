import { error, redirect } from '@sveltejs/kit';
import { isUnit, walk } from 'sveltekit-cairn';
import type { Catalogue, Item } from 'sveltekit-cairn';
import * as v from 'valibot';
import { checkMaker, formValues } from '../../site/accounts/form-action.ts';
import { exercisePage } from '../../site/exercises/exercise-page.ts';
import { handIn } from '../../site/exercises/hand-in.ts';
import { cardsOf } from '../../site/ui/card.ts';
import { contentPage } from '../../site/ui/content-page.ts';
import { meantPlace } from '../../site/ui/meant-place.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals, depends }) => {
  const { cairn } = locals;
  const { content, progress } = cairn;
  const current = cairn.catalogue();
  const item = itemAt(current, params.courseContentSlug);
  const page = item && (await content.page(item.id));
  if (!page) {
    const meant = meantPlace(current, params.courseContentSlug);
    error(404, 'There is no such page.', { ...(meant && { meant }) });
  }

  const userId = locals.user?.id ?? null;
  // A theme may hold all there is: it is summed up, and only units right in it are loaded.
  if (item.type === 'theme') {
    depends('cairn:overview');
    const overview = await progress.overview(userId);
    const loaded = item.children.some(isUnit) ? await progress.load(userId, item.id) : null;
    const containers = item.children.filter((child) => !isUnit(child));
    const [card, ...cards] = cardsOf(current, overview, [item, ...containers]);
    return { content: contentPage(current, item, { page, loaded: null }), loaded, card, cards };
  }
  const loaded = await progress.load(userId, item.id);
  const shown = { content: contentPage(current, item, { page, loaded }), loaded };
  if (!item.graded) return shown;
  depends('cairn:attempts');
  const attempts = userId === null ? [] : await progress.attempts(userId, item.id);
  const asked = {
    questions: content.questions(item.id),
    texts: await content.questionTexts(item.id),
  };
  return { ...shown, exercise: exercisePage(item, asked, attempts) };
};

function itemAt({ roots }: Catalogue, path: string): Item | undefined {
  return walk(roots).find((item) => item.path === path);
}

const mark = v.object({ contentId: v.string(), intent: v.picklist(['complete', 'reopen']) });

export const actions: Actions = {
  /** The mark as a plain form; afterwards the same page, so that a reload sends nothing again. */
  mark: async ({ request, locals, url }) => {
    const { cairn, user } = locals;
    if (!user) redirect(303, `/sign-in?to=${encodeURIComponent(url.pathname)}`);
    const values = await formValues(request);
    checkMaker(values['asUser'], user);
    const form = v.safeParse(mark, values);
    if (!form.success || !cairn.catalogue().items.has(form.output.contentId)) {
      error(422, 'The form does not say what to mark.');
    }
    const { contentId, intent } = form.output;
    await cairn.progress.record(user.id, [
      intent === 'complete'
        ? { contentId, kind: 'completed', by: 'button' }
        : { contentId, kind: 'reopened' },
    ]);
    redirect(303, url.pathname);
  },

  /** The answers to an exercise as a plain form. */
  attempt: (event) =>
    handIn(event, itemAt(event.locals.cairn.catalogue(), event.params.courseContentSlug)),
};
