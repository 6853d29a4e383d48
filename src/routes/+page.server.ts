import { isUnit } from 'sveltekit-cairn';
import { cardsOf } from '../site/ui/card.ts';
import { wayOn } from '../site/ui/continue-place.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
  depends('cairn:overview');
  const { cairn } = locals;
  const { content, progress } = cairn;
  const current = cairn.catalogue();
  const userId = locals.user?.id ?? null;
  const overview = await progress.overview(userId);
  const { html } = await content.introduction();

  const themes = current.roots.filter(({ type }) => type === 'theme');
  const units = current.roots.filter(isUnit);
  const others = current.roots.filter((root) => !themes.includes(root) && !units.includes(root));
  return {
    description: content.description,
    introduction: html,
    place: wayOn(overview),
    themes: themes.map(({ title, path, description, children }) => ({
      theme: { title, path: path ?? '', description },
      cards: cardsOf(
        current,
        overview,
        children.filter((child) => !isUnit(child)),
      ),
    })),
    cards: cardsOf(current, overview, others),
    loaded: units[0] ? await progress.load(userId, units[0].id) : null,
  };
};
