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
