import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
  depends('cairn:overview');
  const {
    overall,
    continue: place,
    courses,
  } = await locals.cairn.progress.overview(locals.user?.id ?? null);
  return { overview: { overall, continue: place, courses } };
};
