import { THEME_COOKIE, THEME_LIFETIME } from './with-theme.ts';
import type { Theme } from './with-theme.ts';

/**
 * Changes from light to dark or back, at once and for the browser's later visits. Coming back to
 * what the system says forgets the choice, so that the page follows the system again.
 */
export function switchTheme(): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = (root.dataset['theme'] ?? system) === 'dark' ? 'light' : 'dark';
  showTheme(theme === system ? 'system' : theme);
  const lifetime = theme === system ? 0 : THEME_LIFETIME;
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${lifetime}; SameSite=Lax`;
}

/** Shows a theme at once. */
export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}
