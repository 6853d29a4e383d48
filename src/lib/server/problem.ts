import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/** Every refusal that the API knows: its stable code, its status and what it means. */
export const PROBLEMS = {
  invalid_json: { status: 400, title: 'The body is not JSON' },
  not_signed_in: { status: 401, title: 'Nobody is signed in' },
  forbidden: { status: 403, title: 'This is not yours to see or change' },
  unknown_content: { status: 404, title: 'There is no such content item' },
  unknown_course: { status: 404, title: 'There is no such course' },
  method_not_allowed: { status: 405, title: 'This address knows no such method' },
  user_mismatch: { status: 409, title: 'The operations belong to someone else' },
  too_large: { status: 413, title: 'The body is too large' },
  not_json: { status: 415, title: 'The body must be application/json' },
  invalid: { status: 422, title: 'The request is not valid' },
  graded_by_server: { status: 422, title: 'Only the server grades this exercise' },
  no_attempts_left: { status: 422, title: 'This exercise may not be attempted again' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Progress cannot be kept right now' },
} as const;

/** The stable code of a refusal by the API. */
export type ProblemCode = keyof typeof PROBLEMS;

/** A field that was refused, by its path from the root of the body or query. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** What a refusal says besides its code. */
export interface ProblemDetails {
  /** One sentence that says what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Seconds until it is worth trying again. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why a request was refused, by whatever endpoint of the site. */
export interface Refusal extends ProblemDetails {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** The code in a few words; those of the status when absent. */
  readonly title?: string;
}

/** A refusal on its way out of an endpoint: thrown by what reads a request. */
export class Problem extends Error {
  override name = 'Problem';
  readonly refusal: Refusal;

  constructor(code: ProblemCode, details: ProblemDetails) {
    super(`${code}: ${details.detail}`);
    this.refusal = { code, ...PROBLEMS[code], ...details };
  }
}

/**
 * The answer to a refused request: `application/problem+json` (RFC 9457). Its trace id is also what
 * a server error is logged with.
 */
export function problemResponse(problem: Problem | Refusal, traceId = newTraceId()): Response {
  const refusal = problem instanceof Problem ? problem.refusal : problem;
  const { status, title = STATUS_CODES[status], detail, code } = refusal;
  const { errors, retryAfter, headers } = refusal;
  const body = {
    type: `urn:cairn:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(errors && { errors }),
    traceId,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfter !== undefined && {
        'retry-after': String(Math.max(1, Math.ceil(retryAfter))),
      }),
      ...headers,
    },
  });
}

/** A name for one failure: the visitor sees it, and the log has the failure under it. */
export function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}
