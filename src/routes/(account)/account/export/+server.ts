import { redirect } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** All that the site keeps about whoever asks, as a file. */
export const GET: RequestHandler = async ({ locals }) => {
  const { user, cairn } = locals;
  if (!user) redirect(303, '/sign-in?to=/account');
  const exportedAt = new Date().toISOString();
  const kept = {
    exportedAt,
    site: cairn.settings.origin,
    account: await cairn.accounts.export(user),
    ...(await cairn.progress.export(user.id)),
  };
  return new Response(JSON.stringify(kept, null, 2), {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="cairn-${exportedAt.slice(0, 10)}.json"`,
      'cache-control': 'private, no-store',
    },
  });
};
