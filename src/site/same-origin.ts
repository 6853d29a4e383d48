const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Says whether another site made an unsafe request in a visitor's browser: its `Origin`, or what
 * the browser says of it, is not the site's own. A request that says neither comes from no browser.
 */
export function isForeign(request: Request, origin: string): boolean {
  if (SAFE_METHODS.has(request.method)) return false;
  const from = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  const isOwn = from === null || from === origin;
  return !(isOwn && (site === null || site === 'same-origin' || site === 'none'));
}

/**
 * Answers where to go after signing in: a path of this site, or the dashboard when the wish is
 * anything else, such as an address that a browser would read as another site's.
 */
export function pathOnThisSite(wish: string | null): string {
  const base = 'http://site.invalid';
  const url = wish?.startsWith('/') ? URL.parse(wish, base) : null;
  // "/.//other.example" is a path of this site, which resolves to one that is read as a host.
  const isHere = url?.origin === base && !url.pathname.startsWith('//');
  return isHere ? url.pathname + url.search + url.hash : '/dashboard';
}
