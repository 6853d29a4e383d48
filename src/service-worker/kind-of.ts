import { mediaTypeOf } from '../site/content/media-types.ts';
import { CATALOGUE } from '../site/offline/copies.ts';

/** How a request is answered. Null: as if there was no worker. */
export type Kind = 'own-file' | 'page' | 'data' | 'media' | null;

/** Says how the worker answers a request; forms, the API and other sites are none of its business. */
export function kindOf(
  { method, url: address, mode }: Pick<Request, 'method' | 'url' | 'mode'>,
  { origin, ownFiles }: { origin: string; ownFiles: ReadonlySet<string> },
): Kind {
  const url = new URL(address);
  const { pathname } = url;
  if (method !== 'GET' || url.origin !== origin || pathname.startsWith('/api/')) return null;
  // A page of the build before still asks for its own.
  if (ownFiles.has(pathname) || pathname.startsWith('/_app/immutable/')) return 'own-file';
  if (mediaTypeOf(pathname) !== undefined) return 'media';
  if (pathname === CATALOGUE || pathname.endsWith('__data.json')) return 'data';
  return mode === 'navigate' ? 'page' : null;
}
