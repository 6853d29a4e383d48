import type { SyncResponse } from '../core/index.ts';

/** What came back from a sync, by what there is to do about it. */
export type Reply =
  | { kind: 'answered'; answer: SyncResponse }
  | { kind: 'signed-out' }
  /** Another learner is signed in. */
  | { kind: 'somebody-else' }
  | { kind: 'too-large' }
  /** The server did not take the request as a whole; asking from the beginning may help. */
  | { kind: 'not-understood' }
  /** `afterMs`: how long the server asks to be left alone; null when it does not say. */
  | { kind: 'later'; reached: boolean; afterMs: number | null };

/** No answer came, or none that leads on. */
export const UNREACHED = { kind: 'later', reached: false, afterMs: null } as const;

/**
 * Decides what an answer means: by its status, never by what it says. `now` is this device's clock,
 * in milliseconds since 1970.
 */
export async function readReply(response: Response, now: number): Promise<Reply> {
  const { status } = response;
  if (status === 200) {
    // Cut off on its way, or a page of whoever runs this network.
    const answer: unknown = await response.json().catch(() => null);
    return isSyncResponse(answer) ? { kind: 'answered', answer } : UNREACHED;
  }
  if (status === 401) return { kind: 'signed-out' };
  if (status === 409) return { kind: 'somebody-else' };
  if (status === 413) return { kind: 'too-large' };
  if (status === 400 || status === 422) return { kind: 'not-understood' };
  if (status !== 429 && status !== 503) return UNREACHED;
  const afterMs = retryAfter(response.headers.get('retry-after'), now);
  return { kind: 'later', reached: status === 429, afterMs };
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfter(text: string | null, now: number): number | null {
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Tells our server's answer from anybody else's JSON. */
function isSyncResponse(value: unknown): value is SyncResponse {
  const { v, user, results, changes } = (value ?? {}) as Partial<SyncResponse>;
  return v === 1 && typeof user === 'string' && Array.isArray(results) && Array.isArray(changes);
}
