/** Where a browser keeps that its reader chose another theme than the system's. */
export const THEME_COOKIE = 'theme';

/** The page with the theme that a browser's cookie names; without one the system decides. */
export function withTheme(html: string, cookie: string | undefined): string {
  if (cookie !== 'light' && cookie !== 'dark') return html;
  return html.replace('<html ', `<html data-theme="${cookie}" `);
}
