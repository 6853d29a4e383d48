import { STATUS_CODES } from 'node:http';
import { newTraceId } from './trace.ts';

/** Why a request to the site's own part of the API was refused. */
export interface SiteProblem {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** One sentence, for people. */
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Seconds until it is worth trying again. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a failure is logged under; a fresh one when absent. */
  readonly traceId?: string;
}

/** Below `/api`, the refusal of an address that is none. */
export const NO_SUCH_CALL: SiteProblem = {
  status: 404,
  code: 'unknown_address',
  detail: 'There is no such address here.',
};

/** Answers a refused request as `application/problem+json` (RFC 9457), like the rest of the API. */
export function problemAnswer({ headers, retryAfter, ...problem }: SiteProblem): Response {
  const body = {
    type: `urn:cairn:problem:${problem.code}`,
    title: STATUS_CODES[problem.status],
    traceId: newTraceId(),
    ...problem,
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter)) }),
      ...headers,
    },
  });
}
