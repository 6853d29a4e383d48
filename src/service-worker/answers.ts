import { self } from '$app/service-worker';
import { cacheNames, findCopy, unpacked } from '../site/offline/copies.ts';
import { THEME_COOKIE, withTheme } from '../site/ui/with-theme.ts';
import { refreshFile } from './fetch-copies.ts';
import type { Kind } from './kind-of.ts';
import { partOfCopy } from './part-of-copy.ts';

/**
 * Milliseconds that the network may take when there is a copy. A slow server answers well within
 * it, and nobody waits longer for a page; a connection that is there in name only never answers.
 */
const PATIENCE = 4000;

/** Answers a request: from the network, from a copy, or with the offline page. */
export async function answerFor(
  build: string,
  request: Request,
  kind: NonNullable<Kind>,
): Promise<Response> {
  const path = pathOf(request.url);
  switch (kind) {
    case 'own-file':
      return (await findCopy(path)) ?? fetch(request);
    case 'media':
      return mediaFor(build, request, path);
    case 'data':
      // Without data SvelteKit asks for the whole page, which is then answered below.
      return (await networkFirst(request, path)) ?? Response.error();
    case 'page':
      return shown((await networkFirst(request, path)) ?? (await offlinePage()));
  }
}

/** The network's answer, else the copy; undefined when there is neither. */
async function networkFirst(request: Request, path: string): Promise<Response | undefined> {
  const answer = fetch(request).catch(() => undefined);
  const copy = await findCopy(path);
  if (!copy) return answer;
  const inTime = await Promise.race([answer, pause(PATIENCE)]);
  if (inTime && !isGatewayError(inTime)) return inTime;
  return (await whole(copy)) ?? spoilt(path, answer);
}

/** What a copy was made of; undefined where the browser has not kept all of it. */
async function whole(copy: Response): Promise<Response | undefined> {
  const { headers, body } = unpacked(copy);
  const bytes = await new Response(body).arrayBuffer().catch(() => undefined);
  return bytes && new Response(bytes, { headers });
}

/** Without its spoilt copy a page is copied anew at the next visit; till then there is the network. */
async function spoilt(path: string, answer: Promise<Response | undefined>) {
  for (const name of await cacheNames()) {
    await (await caches.open(name)).delete(path, { ignoreVary: true });
  }
  return answer;
}

/**
 * A stored file at once, and a look whether it is still the same: its name says nothing about
 * that, but most often the answer is that nothing has changed.
 */
async function mediaFor(build: string, request: Request, path: string): Promise<Response> {
  const copy = await findCopy(path);
  if (!copy) return fetch(request);
  const range = request.headers.get('range');
  // Nobody waits for this; without a network the copy simply stays.
  if (!range || range.startsWith('bytes=0-')) void refreshFile(build, path).catch(() => undefined);
  return partOfCopy(copy, range);
}

/** The offline page, for whatever address was asked for: it stays, to be tried again. */
async function offlinePage(): Promise<Response> {
  const copy = await findCopy('/offline');
  if (!copy) return Response.error();
  const { headers, body } = unpacked(copy);
  return new Response(body, { status: 503, headers });
}

/** A copy was made for nobody: it is shown in the theme that this browser's reader chose. */
async function shown(answer: Response): Promise<Response> {
  if (answer.type !== 'default' || !('cookieStore' in self)) return answer;
  const theme = await self.cookieStore.get(THEME_COOKIE);
  const { status, headers } = answer;
  return new Response(withTheme(await answer.text(), theme?.value), { status, headers });
}

/** The proxy before the site found it not there, as while it starts anew. */
function isGatewayError({ status }: Response): boolean {
  return status >= 502 && status <= 504;
}

/** What an address is stored under: its path, without `?to=` and the like. */
function pathOf(url: string): string {
  const { pathname } = new URL(url);
  return pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}
