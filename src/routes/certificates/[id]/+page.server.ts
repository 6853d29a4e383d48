import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** A certificate, for whoever has its address. A wrong one is answered as any wrong address is. */
export const load: PageServerLoad = async ({ params, locals, setHeaders }) => {
  const { cairn } = locals;
  const certificate = await cairn.progress.certificate(params.id);
  if (!certificate) error(404, 'There is no such page.');
  // With the account it goes at once, from every cache on the way.
  setHeaders({ 'cache-control': 'private, no-cache', 'x-robots-tag': 'noindex' });
  const address = `${cairn.settings.origin}/certificates/${certificate.id}`;
  const { path } = cairn.catalogue().items.get(certificate.courseId) ?? {};
  return {
    certificate,
    address,
    picture: `${address}/picture.png`,
    /** Where the course is, if it is still taught. */
    coursePath: path ?? null,
  };
};
