import { building, dev, version as build } from '$app/env';
import { error } from '@sveltejs/kit';
import type { RequestEvent } from '@sveltejs/kit';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit/hooks';
import { isUnavailable, newTraceId, problemResponse } from 'sveltekit-cairn/server';
import { setCookies } from './site/accounts/form-action.ts';
import type { Session } from './site/accounts/session.ts';
import { startCairn } from './site/cairn.ts';
import type { Cairn } from './site/cairn.ts';
import { compressed } from './site/compressed.ts';
import { isForgery } from './site/is-forgery.ts';
import { messages } from './site/messages.ts';
import { BUILD_HEADER, COPY_HEADER, markedAsCopy } from './site/offline/copy-mark.ts';
import { readSettings } from './site/settings.ts';
import { logFailure } from './site/trace.ts';
import { failureInTheme, plainPage } from './site/ui/plain-page.ts';
import { THEME_COOKIE, withTheme } from './site/ui/with-theme.ts';
import { wordsFirst } from './site/words-first.ts';

let cairn: Cairn;

/** Starts the site before its first request; the server says when its last one was answered. */
export const init: ServerInit = async () => {
  if (building) return;
  const settings = readSettings(process.env, dev ? { origin: 'http://localhost:5173' } : {});
  cairn = await startCairn(settings, { development: dev });
  const close = () => {
    cairn.close().catch((problem: unknown) => logFailure(newTraceId(), 'Closing', problem));
  };
  process.once('sveltekit:shutdown', close);
  import.meta.hot?.dispose(close);
};

/** Each request: refuses what other sites send, finds out who it is, and keeps what is personal. */
export const handle: Handle = async ({ event, resolve }) => {
  const isApi = isForApi(event);
  if (isForgery(event.request)) return refuse(event, FOREIGN);

  event.locals.cairn = cairn;
  // A copy is kept on the device for whoever reads there: it is nobody's, whatever cookie came.
  event.locals.copy = event.request.headers.has(COPY_HEADER);
  if (event.locals.copy) {
    event.locals.user = null;
    const copy = await resolve(event, { transformPageChunk: ({ html }) => markedAsCopy(html) });
    return compressed(event.request, asCopy(copy));
  }

  let session: Session | null;
  try {
    session = await identify(event, isApi);
  } catch (problem) {
    if (isUnavailable(problem)) return refuse(event, UNAVAILABLE);
    return fail(event, problem);
  }
  event.locals.user = session?.user ?? null;

  const resolved = await resolve(event, {
    // As it is by then: a form may have changed it.
    transformPageChunk: ({ html }) => wordsFirst(withTheme(html, event.cookies.get(THEME_COOKIE))),
  });
  const response = await failureInTheme(resolved, event.cookies.get(THEME_COOKIE));
  if (session && isPersonal(event, response)) {
    response.headers.set('cache-control', 'private, no-store');
  } else if (isPage(event, response)) {
    // Going back, a browser shows what it has: not a guest's page to who has signed in since.
    response.headers.append('vary', 'cookie');
  }
  return isApi ? response : compressed(event.request, response);
};

/** Says which content and which build of the site a copy is of. */
function asCopy(response: Response): Response {
  response.headers.set(COPY_HEADER, cairn.catalogue().version);
  response.headers.set(BUILD_HEADER, build);
  // Nothing in it is private, but caches on the way tell a copy from the page itself.
  response.headers.set('cache-control', 'no-cache');
  response.headers.append('vary', COPY_HEADER);
  return response;
}

/** Says whether an answer to somebody who is signed in is made for them alone: any page is. */
function isPersonal(event: RequestEvent, response: Response): boolean {
  return isPage(event, response) || !response.headers.has('cache-control');
}

/** Says whether this is a page or the data of one. */
function isPage({ isDataRequest }: RequestEvent, { headers }: Response): boolean {
  return isDataRequest || Boolean(headers.get('content-type')?.startsWith('text/html'));
}

/** Failures that nobody expected are logged under a trace id, which is all that a visitor sees. */
export const handleError: HandleServerError = ({ kind, error: problem, event }) => {
  return kind === 'unknown' ? failure(problem, event) : {};
};

function failure(problem: unknown, event: RequestEvent) {
  const traceId = newTraceId();
  logFailure(traceId, `${event.request.method} ${event.route.id ?? 'unknown address'}`, problem);
  // The message is for the page without any of the site's own parts, which shows no more than that.
  return { traceId, message: `${messages.errors.trace} ${traceId}` };
}

/** Answers whose request it is; a page load, behind which is a person, extends the session. */
async function identify(event: RequestEvent, isApi: boolean): Promise<Session | null> {
  const cookie = event.request.headers.get('cookie');
  const session = await cairn.accounts.identify(cookie);
  if (session && !isApi && event.request.method === 'GET') {
    const renewed = await cairn.accounts.renew(session, cookie);
    if (renewed?.ok) setCookies(event.cookies, renewed.cookies);
  }
  return session;
}

const FOREIGN = {
  status: 403,
  code: 'forbidden',
  detail: 'The request came from another site. Send it from the site itself.',
};

const UNAVAILABLE = {
  status: 503,
  code: 'unavailable',
  detail: 'This cannot be done right now: try again in a moment.',
  retryAfter: 5,
};

/** Programs get a problem that they can read, people a page. */
function refuse(event: RequestEvent, problem: typeof FOREIGN | typeof UNAVAILABLE): Response {
  if (isForApi(event)) return problemResponse(problem);
  if (!isForPage(event)) error(problem.status, problem.detail);
  return plainPage(problem.status, problem.detail, event.cookies.get(THEME_COOKIE));
}

/** Fails before there is a page: SvelteKit's own answer to that knows of no theme. */
function fail(event: RequestEvent, problem: unknown): Response {
  if (!isForPage(event)) throw problem;
  const { message } = failure(problem, event);
  return plainPage(500, message, event.cookies.get(THEME_COOKIE));
}

function isForApi({ url }: RequestEvent): boolean {
  return url.pathname.startsWith('/api/');
}

/** Says whether somebody opens a page, rather than a page asking for data. */
function isForPage(event: RequestEvent): boolean {
  const accepted = event.request.headers.get('accept');
  return !isForApi(event) && !event.isDataRequest && Boolean(accepted?.includes('text/html'));
}
