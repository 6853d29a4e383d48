import { MAX_BODY_BYTES } from 'sveltekit-cairn';
import { NO_SUCH_CALL, problemAnswer } from '../problem.ts';
import type { SiteProblem } from '../problem.ts';
import { logFailure, newTraceId } from '../trace.ts';
import type { Accounts } from './accounts.ts';
import type { CallName } from './calls.ts';

const METHODS: Readonly<Record<CallName, 'GET' | 'POST'>> = {
  'sign-up/email': 'POST',
  'sign-in/email': 'POST',
  'sign-out': 'POST',
  'get-session': 'GET',
  'change-password': 'POST',
  'request-password-reset': 'POST',
  'reset-password': 'POST',
};

/** A request to `/api/auth/*`: the path below it, decoded, and the client's network address. */
export interface AccountRequest {
  readonly path: string;
  readonly request: Request;
  readonly address: string;
}

/**
 * Answers a request to `/api/auth/*`. The paths and answers are better-auth's own, of those that
 * the site has; refusals are `application/problem+json` like the rest of the API.
 */
export async function answerAccountRequest(
  accounts: Accounts,
  request: AccountRequest,
): Promise<Response> {
  try {
    return await answer(accounts, request);
  } catch (error) {
    const traceId = newTraceId();
    logFailure(traceId, `/api/auth/${request.path}`, error);
    return problemAnswer({ ...FAILED, traceId });
  }
}

async function answer(
  accounts: Accounts,
  { path, request, address }: AccountRequest,
): Promise<Response> {
  if (!isCallName(path)) return problemAnswer(NO_SUCH_CALL);
  const method = METHODS[path];
  if (request.method !== method && !(method === 'GET' && request.method === 'HEAD')) {
    return problemAnswer(onlyBy(method));
  }
  const body = method === 'POST' ? await readJson(request) : { input: {} };
  if ('problem' in body) return problemAnswer(body.problem);

  const cookie = request.headers.get('cookie');
  const said = await accounts.call(path, body.input, { cookie, address });
  if (!said.ok) {
    const { ok: _, ...problem } = said;
    return problemAnswer(problem);
  }
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const setCookie of said.cookies) headers.append('set-cookie', setCookie);
  return Response.json(said.body, { headers });
}

function isCallName(path: string): path is CallName {
  return Object.hasOwn(METHODS, path);
}

function onlyBy(method: string): SiteProblem {
  return {
    status: 405,
    code: 'method_not_allowed',
    detail: `Use ${method} here.`,
    headers: { allow: method === 'GET' ? 'GET, HEAD' : method },
  };
}

/** Reads a JSON body. Nothing at all counts as `{}`: signing out has nothing to say. */
async function readJson(request: Request): Promise<{ input: unknown } | { problem: SiteProblem }> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (!request.body && type === undefined) return { input: {} };
  if (type !== 'application/json') return { problem: NOT_JSON };
  try {
    const text = await readText(request);
    return text === null ? { problem: TOO_LARGE } : { input: JSON.parse(text) };
  } catch {
    return { problem: INVALID_JSON };
  }
}

/** Answers null for a body that is too large, of which it never holds more than the limit. */
async function readText(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) return null;
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    length += part.value.byteLength;
    // The rest is not cancelled: SvelteKit's adapter would end the connection before the answer.
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(part.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const FAILED: SiteProblem = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong here. Try again in a moment.',
};

const NOT_JSON: SiteProblem = {
  status: 415,
  code: 'not_json',
  detail: 'Send the body as application/json.',
};

const TOO_LARGE: SiteProblem = {
  status: 413,
  code: 'too_large',
  detail: `The body may have ${MAX_BODY_BYTES} bytes.`,
};

const INVALID_JSON: SiteProblem = {
  status: 400,
  code: 'invalid_json',
  detail: 'The body is not JSON, or not all of it.',
};
