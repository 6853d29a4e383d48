/** The looks to choose from; `system` is what the device says. */
export const THEMES = ['system', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

/** Where a browser keeps that its reader chose another theme than the system's. */
export const THEME_COOKIE = 'theme';

/** How long a browser keeps it, in seconds. */
const THEME_LIFETIME = 365 * 24 * 60 * 60;

/**
 * Lets a browser keep a theme, as `document.cookie` and `Set-Cookie` take it; `system` is nothing to
 * keep. Scripts may read and change it: it is no secret, and the switch in the header writes it.
 */
export function themeCookie(theme: Theme): string {
  const lifetime = theme === 'system' ? 0 : THEME_LIFETIME;
  return `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${lifetime}; SameSite=Lax`;
}

/** The theme that a browser's cookie names. */
export function themeIn(cookie: string | undefined): Theme {
  return THEMES.find((theme) => theme === cookie) ?? 'system';
}

/**
 * The page with the theme that a browser's cookie names; without one the system decides. A page that has
 * one already stays as it is.
 */
export function withTheme(html: string, cookie: string | undefined): string {
  if (cookie !== 'light' && cookie !== 'dark') return html;
  return html.replace(/<html (?!data-theme)/, `<html data-theme="${cookie}" `);
}
