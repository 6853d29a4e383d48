import { resolve } from '$app/paths';

/** The address of a content item's page; `path` is the item's. */
export function pathTo({ path }: { path?: string | undefined }) {
  return resolve('/[...courseContentSlug]', { courseContentSlug: path ?? '' });
}
