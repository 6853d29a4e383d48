import { THEME_COOKIE, themeCookie, themeIn } from './with-theme.ts';
import type { Theme } from './with-theme.ts';

/**
 * Changes from light to dark or back, at once and for the browser's later visits. Coming back to
 * what the system says forgets the choice, so that the page follows the system again.
 */
export function switchTheme(): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = (root.dataset['theme'] ?? system) === 'dark' ? 'light' : 'dark';
  const chosen = theme === system ? 'system' : theme;
  showTheme(chosen);
  document.cookie = themeCookie(chosen);
}

/** Shows the theme that the browser keeps: who has just signed in brought their own. */
export function showKeptTheme(): void {
  const named = `${THEME_COOKIE}=`;
  const kept = document.cookie.split('; ').find((cookie) => cookie.startsWith(named));
  showTheme(themeIn(kept?.slice(named.length)));
}

/** Shows a theme at once. */
export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}
