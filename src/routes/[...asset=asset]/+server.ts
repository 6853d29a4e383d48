import { error } from '@sveltejs/kit';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { mediaTypeOf } from '../../site/content/media-types.ts';
import type { RequestHandler } from './$types';
import { partOf } from '../../site/content/byte-range.ts';

/** An image, sound, video or document that lies beside the pages. */
export const GET: RequestHandler = async ({ params, locals, request }) => {
  const path = locals.cairn.content.asset(params.asset);
  if (path === undefined) error(404, 'There is no such file.');
  const { size, mtimeMs } = await stat(path);
  const headers = {
    'content-type': mediaTypeOf(params.asset)!,
    'cache-control': 'public, no-cache',
    etag: `"${size}-${mtimeMs}"`,
    'accept-ranges': 'bytes',
  };
  if (request.headers.get('if-none-match') === headers.etag) {
    return new Response(null, { status: 304, headers });
  }
  // Players ask for parts of a video; some play nothing without them.
  const part = partOf(request.headers.get('range'), size);
  return new Response(Readable.toWeb(createReadStream(path, part ?? {})) as ReadableStream, {
    status: part ? 206 : 200,
    headers: {
      ...headers,
      'content-length': String(part ? part.end - part.start + 1 : size),
      ...(part && { 'content-range': `bytes ${part.start}-${part.end}/${size}` }),
    },
  });
};
