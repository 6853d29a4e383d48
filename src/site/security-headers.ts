/** What decides which headers an answer gets. */
export interface AnswerFacts {
  /** The site's public address is https. */
  isHttps: boolean;
  /** It is a page, or a page's data, made for somebody who is signed in. */
  isPersonal: boolean;
}

/**
 * Adds the security headers that every answer carries. Pages bring a content security policy of
 * their own, with nonces; anything else is never a document with scripts.
 */
export function secure(headers: Headers, { isHttps, isPersonal }: AnswerFacts): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-frame-options', 'DENY');
  // The address of a reset link holds its token: no other site learns where a visitor came from.
  headers.set('referrer-policy', 'same-origin');
  if (!headers.has('content-security-policy')) {
    headers.set('content-security-policy', "script-src 'none'; frame-ancestors 'none'");
  }
  if (isHttps) headers.set('strict-transport-security', 'max-age=31536000');
  if (isPersonal) headers.set('cache-control', 'private, no-store');
}
