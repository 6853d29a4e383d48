import { redirect } from '@sveltejs/kit';
import { continuePlace } from '../../site/ui/continue-place.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends, url }) => {
  depends('cairn:overview');
  if (!locals.user) redirect(303, `/sign-in?to=${url.pathname}`);
  const overview = await locals.cairn.progress.overview(locals.user.id);
  const { overall, courses } = overview;
  return {
    name: locals.user.name,
    overall,
    continue: continuePlace(overview),
    inProgress: courses
      .filter(({ status }) => status === 'in-progress')
      .sort((a, b) => (b.lastAccessedAt ?? '').localeCompare(a.lastAccessedAt ?? '')),
    completed: courses
      .filter(({ status }) => status === 'completed')
      .sort((a, b) => (b.completedAt ?? '').localeCompare(a.completedAt ?? '')),
    notStarted: courses.filter(({ status, total }) => status === 'not-started' && total > 0),
  };
};
