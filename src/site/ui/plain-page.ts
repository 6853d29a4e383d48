import template from '../../error.html?raw';
import { withTheme } from './with-theme.ts';

/**
 * The page without any of the site's own parts, where not even the failure page can be made: in the
 * theme that its reader's cookie names. The message is text.
 */
export function plainPage(status: number, message: string, theme: string | undefined): Response {
  const html = template
    .replace('%sveltekit.status%', String(status))
    .replace('%sveltekit.error.message%', () => message.replace(/[&<]/g, (char) => ESCAPED[char]!));
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  return new Response(withTheme(html, theme), { status, headers });
}

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;' };

/** A failure as SvelteKit answers it, in the same theme: where it made that page, it knows of none. */
export async function failureInTheme(
  response: Response,
  theme: string | undefined,
): Promise<Response> {
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  if (!isPage || response.status < 400) return response;
  const { status, headers } = response;
  return new Response(withTheme(await response.text(), theme), { status, headers });
}
