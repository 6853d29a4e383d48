import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Site } from './site.ts';

/** The password of everybody who signs up in tests. */
export const PASSWORD = 'correct horse battery';

type Fields = Readonly<Record<string, string>>;

/** Somebody at a site without a browser: sends what a browser sends, and keeps its cookies. */
export interface Visitor {
  /** The `Cookie` header that the next request sends; empty for a guest. */
  cookie(): string;
  get(path: string, headers?: Fields): Promise<Response>;
  /** Posts a plain form from one of the site's own pages, as without JavaScript. */
  form(path: string, fields: Fields, headers?: Fields): Promise<Response>;
  /** Posts JSON as a script on one of the site's own pages does. */
  json(path: string, body: unknown, headers?: Fields): Promise<Response>;
}

/** Makes a visitor, who comes with these cookies. No redirect is followed. */
export function visitorOf(site: Site, cookies = ''): Visitor {
  const jar = new Map(cookies.split('; ').filter(Boolean).map(pairOf));
  const cookie = () => [...jar].map((pair) => pair.join('=')).join('; ');

  async function send(path: string, headers: Fields, init: RequestInit = {}) {
    const answer = await fetch(site.address + path, {
      ...init,
      headers: { ...(jar.size > 0 && { cookie: cookie() }), ...headers },
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = pairOf(line.split(';')[0] ?? '');
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    return answer;
  }

  return {
    cookie,
    get: (path, headers = {}) => send(path, headers),
    form: (path, fields, headers = {}) =>
      send(
        path,
        { origin: site.origin, accept: 'text/html', ...headers },
        { method: 'POST', body: new URLSearchParams(fields) },
      ),
    json: (path, body, headers = {}) =>
      send(
        path,
        { origin: site.origin, 'content-type': 'application/json', ...headers },
        { method: 'POST', body: JSON.stringify(body) },
      ),
  };
}

/** An e-mail address that nobody else has. */
export function freshEmail(): string {
  return `${randomUUID()}@example.org`;
}

/** Makes a new account with `PASSWORD`, and a visitor who is signed in to it. */
export async function signUp(site: Site): Promise<Visitor & { email: string; id: string }> {
  const visitor = visitorOf(site);
  const email = freshEmail();
  const account = { name: 'Ada', email, password: PASSWORD };
  const answer = await visitor.json('/api/auth/sign-up/email', account);
  expect(answer.status).toBe(200);
  const { user } = (await answer.json()) as { user: { id: string } };
  return { ...visitor, email, id: user.id };
}

/** Whose account a visitor is signed in to, by e-mail address; null for a guest. */
export async function whoIs(visitor: Visitor): Promise<string | null> {
  const answer = await visitor.get('/api/auth/get-session');
  const session = (await answer.json()) as { user: { email: string } } | null;
  return session?.user.email ?? null;
}

/** The problem that an answer holds; fails when it holds none. */
export async function problemIn(answer: Response) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await answer.json()) as { status: number; code: string; traceId: string };
  expect(problem.status).toBe(answer.status);
  expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/);
  return problem;
}

/** A request that `fetch` would not make: any target, any `Host`. */
export function rawRequest(
  site: Site,
  { body = '', ...options }: { path: string; method?: string; headers?: Fields; body?: string },
): Promise<{ status: number; body: string; headers: IncomingHttpHeaders }> {
  const { hostname: host, port } = new URL(site.address);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, ...options }, (answer) => {
      const { statusCode: status = 0, headers } = answer;
      text(answer).then((body) => resolve({ status, body, headers }), reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function pairOf(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}
