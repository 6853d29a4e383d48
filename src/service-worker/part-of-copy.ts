import { partOf } from '../site/content/byte-range.ts';

/** The part of a stored file that a `Range` header asks for, as a server would send it. */
export async function partOfCopy(copy: Response, range: string | null): Promise<Response> {
  const bytes = range ? await copy.clone().blob() : null;
  const part = bytes && partOf(range, bytes.size);
  if (!part) return copy;
  const headers = new Headers(copy.headers);
  headers.set('content-range', `bytes ${part.start}-${part.end}/${bytes.size}`);
  headers.set('content-length', String(part.end - part.start + 1));
  return new Response(bytes.slice(part.start, part.end + 1), { status: 206, headers });
}
