/**
 * With this header the site's service worker asks for a page as nobody in particular sees it. The
 * answer bears it too, with the catalogue's version: what does not, a captive portal's page for
 * one, is no copy.
 */
export const COPY_HEADER = 'x-cairn-copy';

/** Names the build that made a copy: a page works only with the scripts of its own build. */
export const BUILD_HEADER = 'x-cairn-build';

/** A page that says of itself that it is a copy, for whoever lays the learner's own state over it. */
export function markedAsCopy(html: string): string {
  return html.replace('<html ', '<html data-copy ');
}
