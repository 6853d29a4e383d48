import { resolve } from '$app/paths';

/** The address of a content item's page, or of a heading in it; `path` is the item's. */
export function pathTo({ path = '', heading }: { path?: string | undefined; heading?: string }) {
  const page = resolve('/[...courseContentSlug]', { courseContentSlug: path });
  return heading === undefined ? page : (`${page}#${encodeURIComponent(heading)}` as const);
}
