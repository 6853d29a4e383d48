/** Time zones of one part of the world. */
export interface ZoneGroup {
  /** As in `Europe`; empty for those of no part. */
  label: string;
  zones: { name: string; label: string }[];
}

/** The time zones to choose from, those chosen before among them. */
export function timeZones(chosen: string | null): ZoneGroup[] {
  const names = new Set([
    ...Intl.supportedValuesOf('timeZone'),
    'UTC',
    ...(chosen ? [chosen] : []),
  ]);
  const groups = Map.groupBy([...names].sort(), (name) => /^(\w+)\//.exec(name)?.[1] ?? '');
  return [...groups]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
    .map(([label, members]) => ({
      label,
      zones: members.map((name) => ({ name, label: placeIn(name) })),
    }));
}

/** `Argentina, Buenos Aires` of `America/Argentina/Buenos_Aires`. */
function placeIn(name: string): string {
  return name
    .replace(/^\w+\//, '')
    .replaceAll('/', ', ')
    .replaceAll('_', ' ');
}
