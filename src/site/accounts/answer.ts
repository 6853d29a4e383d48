import { isAPIError } from 'better-auth/api';
import type { FieldError, Refusal } from 'sveltekit-cairn/server';
import { accountMessages } from '../messages.ts';

/** What an account call comes to: better-auth's answer with the cookies it sets, or a refusal. */
export type Answer =
  { readonly ok: true; readonly body: unknown; readonly cookies: readonly string[] } | Refused;

/** A refused call: why, in one sentence for people and a code for programs. */
export type Refused = Refusal & { readonly ok: false };

const text = accountMessages.refused;

/** What this site refuses by itself. */
export const REFUSED = {
  invalid: (errors: readonly FieldError[]) =>
    refusal(422, 'invalid', { detail: text.invalid, errors }),
  notYourPassword: refusal(401, 'wrong_password', {
    detail: text.wrongCurrentPassword,
    errors: [{ path: 'password', message: text.notYourPassword }],
  }),
  notSignedIn: refusal(401, 'not_signed_in', { detail: text.notSignedIn }),
  signUpClosed: refusal(403, 'sign_up_closed', { detail: accountMessages.signUp.closed }),
  noMail: refusal(403, 'no_mail', { detail: accountMessages.forgotPassword.noMail }),
  tooMany: (retryAfter: number) =>
    refusal(429, 'rate_limited', { detail: text.tooMany(retryAfter), retryAfter }),
  unavailable: refusal(503, 'unavailable', { detail: text.unavailable, retryAfter: 5 }),
};

const INVALID_TOKEN = refusal(400, 'invalid_token', { detail: text.invalidToken });

const INVALID_EMAIL = REFUSED.invalid([
  { path: 'email', message: accountMessages.fields.emailNotOne },
]);

/** What better-auth refuses, by its code, as this site says it. */
const REFUSALS: Readonly<Record<string, Refused>> = {
  INVALID_EMAIL_OR_PASSWORD: refusal(401, 'wrong_password', { detail: text.wrongPassword }),
  INVALID_PASSWORD: refusal(401, 'wrong_password', {
    detail: text.wrongCurrentPassword,
    errors: [{ path: 'currentPassword', message: text.notYourPassword }],
  }),
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: refusal(422, 'email_taken', {
    detail: text.emailTaken,
    errors: [{ path: 'email', message: text.emailTakenField }],
  }),
  // Of what forms.ts lets through, only addresses are looked at more strictly.
  VALIDATION_ERROR: INVALID_EMAIL,
  INVALID_EMAIL,
  // Somebody else signs up with the address at this moment, or nothing can be written: another
  // attempt finds out.
  FAILED_TO_CREATE_USER: REFUSED.unavailable,
  INVALID_TOKEN,
  USER_NOT_FOUND: INVALID_TOKEN,
  UNAUTHORIZED: REFUSED.notSignedIn,
};

/** The refusal that better-auth threw. Anything else is thrown on: it is no answer. */
export function refusalOf(error: unknown): Refused {
  if (!isAPIError(error)) throw error;
  const known = REFUSALS[String(error.body?.code)];
  if (known) return known;
  throw error.cause instanceof Error ? error.cause : error;
}

function refusal(
  status: number,
  code: string,
  rest: Pick<Refusal, 'detail' | 'errors' | 'retryAfter'>,
): Refused {
  return { ok: false, status, code, ...rest };
}
