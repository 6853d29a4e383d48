import { error } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** What a link to a certificate is shown with on social sites. */
export const GET: RequestHandler = async ({ params, locals, request }) => {
  const { cairn } = locals;
  const certificate = await cairn.progress.certificate(params.id);
  if (!certificate) error(404, 'There is no such page.');
  const picture = cairn.pictures.of(certificate);
  const headers = {
    // With the account it goes at once: caches ask each time whether it is still there.
    'cache-control': 'public, no-cache',
    'x-robots-tag': 'noindex',
    etag: picture.etag,
  };
  if (request.headers.get('if-none-match') === picture.etag) {
    return new Response(null, { status: 304, headers });
  }
  const drawn = await picture.draw();
  if (typeof drawn === 'number') {
    return new Response(null, {
      status: 503,
      headers: { 'retry-after': String(Math.ceil(drawn)) },
    });
  }
  return new Response(drawn, {
    headers: { ...headers, 'content-type': 'image/png', 'content-length': String(drawn.length) },
  });
};
