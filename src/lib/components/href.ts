import type { Item } from '../core/index.ts';

/** The address of an item's page on a site whose pages lie at their items' paths. */
export function defaultHref(item: Item): string {
  return `/${item.path ?? encodeURI(item.id)}`;
}
