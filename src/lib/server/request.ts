import type { GenericSchema, InferOutput } from 'valibot';
import * as v from 'valibot';
import type { Catalogue, Item } from '../core/index.ts';
import { MAX_BODY_BYTES } from '../core/index.ts';
import type { FieldError, ProblemCode } from './problem.ts';
import { Problem } from './problem.ts';

/**
 * Says whether another site made a request in a visitor's browser: its `Origin`, or what the
 * browser says of it, is not the site's own. A request that says neither comes from no browser.
 */
export function isForeign(request: Request): boolean {
  const own = new URL(request.url).origin;
  const origin = request.headers.get('origin') ?? own;
  const site = request.headers.get('sec-fetch-site') ?? 'none';
  return origin !== own || (site !== 'same-origin' && site !== 'none');
}

/** Refuses a request that another site made. */
export function refuseOtherOrigins(request: Request): void {
  if (!isForeign(request)) return;
  // Both are named: behind a proxy it is often the server that does not know its own address.
  const own = new URL(request.url).origin;
  const origin = request.headers.get('origin') ?? own;
  const from = origin === own ? 'another site' : origin;
  throw new Problem('forbidden', {
    detail: `The request came from ${from}, this is ${own}. Send it from the site itself.`,
  });
}

/** Refuses any method but the one that an address knows; HEAD goes where GET does. */
export function refuseOtherMethods(request: Request, method: 'GET' | 'POST'): void {
  const allowed = method === 'GET' ? ['GET', 'HEAD'] : [method];
  if (allowed.includes(request.method)) return;
  throw new Problem('method_not_allowed', {
    detail: `Use ${method} here.`,
    headers: { allow: allowed.join(', ') },
  });
}

/** Reads a JSON body, as `readJson` does, and parses it. */
export async function readBody<T extends GenericSchema>(
  request: Request,
  schema: T,
): Promise<InferOutput<T>> {
  return parse(schema, await readJson(request), 'invalid');
}

/**
 * Reads a JSON body of at most 256 KiB; never holds more than that in memory. Throws the `Problem`
 * of one that is larger, of another type, or not JSON.
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Problem('not_json', { detail: 'Send the body as application/json.' });
  }
  return parseJson(await readBytes(request));
}

/** Parses the query of a GET; a key that is given twice is refused. */
export function readQuery<T extends GenericSchema>(url: URL, schema: T): InferOutput<T> {
  const entries = [...url.searchParams];
  const twice = entries.find(([key], index) => entries.findIndex(([k]) => k === key) !== index);
  if (twice) throw invalid([{ path: twice[0], message: 'is given twice' }]);
  return parse(schema, Object.fromEntries(entries), 'invalid');
}

/** The item that a request names, by its id or an alias; for `unknown_course`, only a course will do. */
export function itemOf(
  catalogue: Catalogue,
  id: string,
  code: 'unknown_content' | 'unknown_course',
): Item {
  const item = catalogue.items.get(id);
  if (item && (code === 'unknown_content' || item.type === 'course')) return item;
  throw new Problem(code, { detail: `Nothing here has the id ${JSON.stringify(id)}.` });
}

/** Parses a value, or refuses it with the path of every field at fault. */
function parse<T extends GenericSchema>(
  schema: T,
  value: unknown,
  code: ProblemCode,
): InferOutput<T> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  throw invalid(result.issues.slice(0, 20).map(fieldError), code);
}

/** The refusal of a request with fields at fault. */
export function invalid(errors: readonly FieldError[], code: ProblemCode = 'invalid'): Problem {
  const [first] = errors;
  const detail = first ? `${first.path || 'The request'}: ${first.message}.` : 'Look at errors.';
  return new Problem(code, { detail, errors });
}

function fieldError(issue: v.BaseIssue<unknown>): FieldError {
  const path = v.getDotPath(issue) ?? '';
  if (issue.type !== 'strict_object') return { path, message: issue.message };
  const missing = issue.expected !== 'never';
  return { path, message: missing ? 'is missing' : 'is not known here' };
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  // Not cancelled when left early: SvelteKit's adapter would end the connection before the answer.
  const body = request.body?.values({ preventCancel: true }) ?? [];
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.byteLength;
      if (length > MAX_BODY_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    // The framework's own limit, or a connection that broke off: either way it was not all there.
    throw new Problem('invalid_json', { detail: 'The body broke off. Send it again.' });
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem('invalid_json', { detail: 'The body is not JSON in UTF-8.' });
  }
}

function tooLarge(): Problem {
  return new Problem('too_large', {
    detail: `The body may have ${MAX_BODY_BYTES} bytes. Send less at a time.`,
  });
}
