import {
  newTraceId,
  Problem,
  problemResponse,
  readJson,
  refuseOtherMethods,
} from 'sveltekit-cairn/server';
import type { Refusal } from 'sveltekit-cairn/server';
import { NO_SUCH_CALL } from '../no-such-call.ts';
import { logFailure } from '../trace.ts';
import type { Accounts } from './accounts.ts';
import type { CallName } from './calls.ts';

const METHODS: Readonly<Record<CallName, 'GET' | 'POST'>> = {
  'sign-up/email': 'POST',
  'sign-in/email': 'POST',
  'sign-out': 'POST',
  'get-session': 'GET',
  'update-user': 'POST',
  'change-password': 'POST',
  'request-password-reset': 'POST',
  'reset-password': 'POST',
  'delete-user': 'POST',
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
    if (error instanceof Problem) return problemResponse(error);
    const traceId = newTraceId();
    logFailure(traceId, `/api/auth/${request.path}`, error);
    return problemResponse(FAILED, traceId);
  }
}

async function answer(
  accounts: Accounts,
  { path, request, address }: AccountRequest,
): Promise<Response> {
  if (!isCallName(path)) return problemResponse(NO_SUCH_CALL);
  const method = METHODS[path];
  refuseOtherMethods(request, method);
  const input = method === 'POST' ? await inputOf(request) : {};

  const cookie = request.headers.get('cookie');
  const said = await accounts.call(path, input, { cookie, address });
  if (!said.ok) return problemResponse(said);
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const setCookie of said.cookies) headers.append('set-cookie', setCookie);
  return Response.json(said.body, { headers });
}

function isCallName(path: string): path is CallName {
  return Object.hasOwn(METHODS, path);
}

/** Reads a JSON body. Nothing at all counts as `{}`: signing out has nothing to say. */
async function inputOf(request: Request): Promise<unknown> {
  return request.body || request.headers.has('content-type') ? readJson(request) : {};
}

const FAILED: Refusal = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong here. Try again in a moment.',
};
