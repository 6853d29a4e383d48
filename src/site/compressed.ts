/** What compresses well; pictures and films are small already. */
const TEXT = /^(text\/(html|sveltekit-data)|application\/json)/;

/**
 * The answer compressed, if it is a page or its data and the browser takes gzip. Pages hold no secret
 * that a reflected text could be guessed by (BREACH): the session is in a cookie, nonces last for one
 * answer.
 */
export function compressed(request: Request, response: Response): Response {
  const { body, headers, status, statusText } = response;
  if (!body || !TEXT.test(headers.get('content-type') ?? '')) return response;
  headers.append('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) return response;
  headers.set('content-encoding', 'gzip');
  headers.delete('content-length');
  // The same page, but not byte by byte (RFC 9110, section 8.8.1).
  const tag = headers.get('etag');
  if (tag?.startsWith('"')) headers.set('etag', `W/${tag}`);
  const gzip = new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  return new Response(body.pipeThrough(gzip), { status, statusText, headers });
}
