/** The bytes of a file from `start` to `end`, both included. */
interface Part {
  start: number;
  end: number;
}

/** The one part that a `Range` header asks for; null for none, several, or one that is not there. */
export function partOf(range: string | null, size: number): Part | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (!first && !last) return null;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(Number(last), size - 1) : size - 1;
  return start <= end ? { start, end } : null;
}
