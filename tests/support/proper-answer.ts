import * as v from 'valibot';
import { expect } from 'vitest';
import { problemSchema } from '../../src/lib/server/answer-schemas.ts';
import type { Answer } from './exchange.ts';

/** What no answer may tell: where the program lies, what its statements are, how it failed. */
const INTERNALS =
  /node:internal|node_modules|\bat \S+ \(|\.[jt]s:\d+|\/(?:tmp|home|root|var|proc)\/|sqlite|postgres|\b(?:select|insert|update|delete)\b.+\b(?:from|into|set|where)\b/i;

/** Fails on an answer that breaks a promise which all answers keep, whatever was asked. */
export function expectProper(answer: Answer, request: string): void {
  const { status, headers, body } = answer;
  // Out of order is said by 503; any other failure is a mistake in the program.
  if (status !== 503) expect(status, request).toBeLessThan(500);
  expect(headers, request).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'") as string,
  });
  for (const cookie of headers['set-cookie'] ?? []) {
    // The theme is no secret, and the switch in the header writes it too.
    if (!cookie.startsWith('theme=')) expect(cookie, request).toMatch(/; HttpOnly/i);
    expect(cookie, request).toMatch(/; SameSite=Lax/i);
  }
  if (status >= 400) expect(INTERNALS.exec(body)?.[0], request).toBeUndefined();
  const type = headers['content-type'] ?? '';
  if (type.startsWith('text/html')) expectScriptsByNonce(answer, request);
  if (type === 'application/problem+json') {
    expect(headers['cache-control'], request).toBe('no-store');
    if (body) expect(v.parse(problemSchema, answer.json()).status, request).toBe(status);
  }
}

/** Fails on a script that the page's policy does not name, and on a policy that would let it run. */
function expectScriptsByNonce({ headers, body }: Answer, request: string): void {
  const policy = headers['content-security-policy'] as string;
  const [, sources = ''] = /script-src ([^;]*)/.exec(policy) ?? [];
  const nonce = /'nonce-([^']+)'/.exec(sources)?.[1];
  expect(sources, request).toMatch(/^('none'|'self' 'nonce-[\w+/=]{20,}')$/);
  for (const [tag] of body.matchAll(/<script\b[^>]*>/gi)) {
    expect(tag, request).toContain(`nonce="${nonce}"`);
  }
  expect(/<[^>]+\s(on\w+=|[a-z-]+="\s*javascript:)/i.exec(body)?.[0], request).toBeUndefined();
}
