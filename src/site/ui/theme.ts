/** Where a browser keeps that its reader chose another theme than the system's. */
export const THEME_COOKIE = 'theme';

/** The page with the theme that a browser's cookie names; without one the system decides. */
export function withTheme(html: string, cookie: string | undefined): string {
  if (cookie !== 'light' && cookie !== 'dark') return html;
  return html.replace('<html ', `<html data-theme="${cookie}" `);
}

/**
 * Changes from light to dark or back, at once and for the browser's later visits. Coming back to
 * what the system says forgets the choice, so that the page follows the system again.
 */
export function switchTheme(): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = (root.dataset['theme'] ?? system) === 'dark' ? 'light' : 'dark';
  if (theme === system) delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  const lifetime = theme === system ? 0 : 365 * 24 * 60 * 60;
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${lifetime}; SameSite=Lax`;
}
