import { walk } from 'sveltekit-cairn';
import type { Catalogue } from 'sveltekit-cairn';

/** A content item that somebody may have looked for: its title, and its path. */
export interface MeantPlace {
  readonly title: string;
  readonly path: string;
}

/**
 * The innermost item whose path begins an address that leads nowhere, segment by segment and
 * whatever its capitals; undefined when not even the first segment is known.
 */
export function meantPlace(catalogue: Catalogue, address: string): MeantPlace | undefined {
  const asked = `${folded(address)}/`;
  const around = [...walk(catalogue.roots)].flatMap(({ title, path }) =>
    path && asked.startsWith(`${folded(path)}/`) ? [{ title, path }] : [],
  );
  return around.sort((a, b) => b.path.length - a.path.length)[0];
}

function folded(path: string): string {
  return path.normalize().toLowerCase();
}
