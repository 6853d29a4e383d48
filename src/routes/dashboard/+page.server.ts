import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
  depends('cairn:overview');
  const { progress } = locals.cairn;
  const userId = locals.user?.id ?? null;
  const { overall, continue: place, courses } = await progress.overview(userId);
  return {
    overview: { overall, continue: place, courses },
    /** Null for nobody: what a guest has done only the device knows. */
    activity: userId === null ? null : await progress.activity(userId),
    timeZone: userId === null ? null : await progress.timeZone(userId),
  };
};
