import { error } from '@sveltejs/kit';
import type { Cookies, RequestEvent } from '@sveltejs/kit';
import { clientAddress } from './client-address.ts';
import type { Refused } from './answer.ts';
import type { CallName } from './calls.ts';

/**
 * Makes an account call from a form: through the same door as the API, with the cookies that it
 * sets. Answers why it was refused, or null when it was done.
 */
export async function submit(
  event: RequestEvent,
  name: CallName,
  input: unknown,
): Promise<Refused | null> {
  const caller = { cookie: event.request.headers.get('cookie'), address: clientAddress(event) };
  const answer = await event.locals.cairn.accounts.call(name, input, caller);
  if (!answer.ok) {
    if (answer.retryAfter)
      event.setHeaders({ 'retry-after': String(Math.ceil(answer.retryAfter)) });
    return answer;
  }
  setCookies(event.cookies, answer.cookies);
  return null;
}

/**
 * Reads a form's text fields; of a field given twice the last one counts. A body that is no form is
 * refused with 400.
 */
export async function formValues(request: Request): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of await readForm(request)) {
    if (typeof value === 'string') values[name] = value;
  }
  return values;
}

/** Reads a form. A body that is none is refused with 400. */
export async function readForm(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch (problem) {
    // A form that is too long is the framework's to refuse; else it is broken, or broke off.
    if (problem instanceof Error && 'status' in problem) throw problem;
    error(400, 'The form could not be read.');
  }
}

/**
 * Refuses with 409 what was filled in on a page that was made for somebody else, before this user signed in.
 * A page of an older version does not say for whom it was made.
 */
export function checkMaker(asUser: unknown, user: { id: string }): void {
  if (typeof asUser !== 'string' || asUser === user.id) return;
  error(
    409,
    'Somebody else has signed in since this page was opened. Nothing was recorded: go back and open it again.',
  );
}

/**
 * Sets cookies as their `Set-Cookie` lines say; SvelteKit would add `Secure` and `HttpOnly` to those
 * without.
 */
export function setCookies(cookies: Cookies, lines: readonly string[]): void {
  for (const line of lines) {
    const { name, value = '', ...attributes } = cookies.parse(line);
    cookies.set(name, value, { secure: false, httpOnly: false, ...attributes });
  }
}
