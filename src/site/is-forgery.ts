import { isForeign } from 'sveltekit-cairn/server';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Says whether another site made a request in a visitor's browser that may change something. */
export function isForgery(request: Request): boolean {
  return !SAFE_METHODS.has(request.method) && isForeign(request);
}
