import type { Outline } from 'sveltekit-cairn';
import type { RequestHandler } from './$types';

/** The outline of all there is, the same for everybody. */
export const GET: RequestHandler = ({ locals, request }) => {
  const { cairn } = locals;
  const { version } = cairn.catalogue();
  const headers = { 'cache-control': 'public, no-cache', etag: `"${version}"` };
  if (request.headers.get('if-none-match') === headers.etag) {
    return new Response(null, { status: 304, headers });
  }
  const outline: Outline = { version, content: cairn.content.content };
  return Response.json(outline, { headers });
};
