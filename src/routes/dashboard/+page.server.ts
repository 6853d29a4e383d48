import type { ProgressServer } from 'sveltekit-cairn/server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
  depends('cairn:overview', 'cairn:time-zone');
  const { progress } = locals.cairn;
  const userId = locals.user?.id ?? null;
  const { overall, continue: place, courses } = await progress.overview(userId);
  return {
    overview: { overall, continue: place, courses },
    /** Null for nobody: what a guest has done only the device knows. */
    learner: userId === null ? null : await learnerOf(progress, userId),
  };
};

/** What is known of somebody who is signed in. */
async function learnerOf(progress: ProgressServer, userId: string) {
  const [activity, certificates] = await Promise.all([
    progress.activity(userId),
    progress.certificates(userId),
  ]);
  return { activity, certificates };
}
