import * as v from 'valibot';
import { THEMES, themeCookie } from '../ui/with-theme.ts';
import { REFUSED, refusalOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { withPreparedHash } from './auth.ts';
import type { Auth } from './auth.ts';
import type { DeleteAccount } from './delete-account.ts';
import * as forms from './forms.ts';
import { createCount } from './limits.ts';
import type { SendResetLink } from './reset-links.ts';
import type { Session } from './session.ts';
import { WRONG_PASSWORDS } from './wrong-passwords.ts';
import type { PasswordLock } from './wrong-passwords.ts';

/** Where an account call comes from. */
export interface Caller {
  /** The request's `Cookie` header. */
  readonly cookie: string | null;
  /** The client's network address. */
  readonly address: string;
}

/** The account calls, by better-auth's own paths below `/api/auth/`. */
export type CallName =
  | 'sign-up/email'
  | 'sign-in/email'
  | 'sign-out'
  | 'get-session'
  | 'update-user'
  | 'change-password'
  | 'request-password-reset'
  | 'reset-password'
  | 'delete-user';

/** Makes a call with its input as it came in. */
type Call = (input: unknown, caller: Caller) => Promise<Answer>;

/** What the calls work on. */
interface Parts {
  auth: Auth;
  lock: PasswordLock;
  deleteAccount: DeleteAccount;
  identify: (cookie: string | null) => Promise<Session | null>;
  signUp: 'open' | 'closed';
  sendResetLink: SendResetLink | null;
  now: () => number;
}

/** Reset mails to one address in 15 minutes; asking for more is answered alike, and sends none. */
const RESET_MAILS = { limit: 3, window: WRONG_PASSWORDS.window };

/** Says neither whether the address has an account nor whether a mail was sent. */
const ASKED: Answer = { ok: true, body: { status: true }, cookies: [] };

/** Makes the account calls: each parses its input, keeps its limit and asks better-auth. */
export function createCalls(parts: Parts) {
  const { auth, lock, deleteAccount, identify, signUp, sendResetLink, now } = parts;
  const mails = createCount(RESET_MAILS, now);

  /** Tries a password, and counts a wrong one. */
  const guarded = async (email: string, work: () => Promise<Answer>): Promise<Answer> => {
    const isWrong = (answer: Answer) => !answer.ok && answer.code === 'wrong_password';
    const attempt = await lock.attempt(email, work, isWrong);
    return 'wait' in attempt ? REFUSED.tooMany(attempt.wait) : attempt.result;
  };

  return {
    'sign-up/email': call(forms.signUp, async (body, { cookie }) => {
      if (signUp === 'closed') return REFUSED.signUpClosed;
      return withPreparedHash(body.password, () =>
        answerOf(auth.api.signUpEmail({ body, ...as(cookie) })),
      );
    }),
    'sign-in/email': call(forms.signIn, (body, { cookie }) =>
      guarded(body.email, async () =>
        withOwnTheme(await answerOf(auth.api.signInEmail({ body, ...as(cookie) }))),
      ),
    ),
    'sign-out': call(forms.nothing, (_, { cookie }) => answerOf(auth.api.signOut(as(cookie)))),
    'get-session': call(forms.nothing, (_, { cookie }) =>
      answerOf(auth.api.getSession({ query: { disableRefresh: true }, ...as(cookie) })),
    ),
    'update-user': call(forms.updateUser, async (body, { cookie }) => {
      if (!(await identify(cookie))) return REFUSED.notSignedIn;
      return answerOf(auth.api.updateUser({ body, ...as(cookie) }));
    }),
    'change-password': call(forms.changePassword, async (passwords, { cookie }) => {
      const session = await identify(cookie);
      if (!session) return REFUSED.notSignedIn;
      const body = { ...passwords, revokeOtherSessions: true };
      return guarded(session.user.email, () =>
        answerOf(auth.api.changePassword({ body, ...as(cookie) })),
      );
    }),
    'request-password-reset': call(forms.forgotPassword, async (body, { cookie }) => {
      if (!sendResetLink) return REFUSED.noMail;
      if (mails(body.email) > 0) return ASKED;
      const answer = await answerOf(auth.api.requestPasswordReset({ body, ...as(cookie) }));
      return answer.ok ? ASKED : answer;
    }),
    'reset-password': call(forms.resetPassword, (body, { cookie }) =>
      answerOf(auth.api.resetPassword({ body, ...as(cookie) })),
    ),
    'delete-user': call(forms.deleteUser, async (body, { cookie }) => {
      const session = await identify(cookie);
      if (!session) return REFUSED.notSignedIn;
      const tried = await guarded(session.user.email, () =>
        answerOf(auth.api.verifyPassword({ body, ...as(cookie) })),
      );
      if (!tried.ok) return tried.code === 'wrong_password' ? REFUSED.notYourPassword : tried;
      await deleteAccount(session.user);
      // The session is gone; this takes its cookie back.
      return answerOf(auth.api.signOut(as(cookie)));
    }),
  } satisfies Record<CallName, Call>;
}

/** What better-auth is told of a request: its cookies, and nothing else of it is kept. */
export function as(cookie: string | null) {
  return { headers: new Headers(cookie ? { cookie } : {}), returnHeaders: true } as const;
}

/** What better-auth answered, as an answer of ours. */
export async function answerOf(
  answer: Promise<{ response: unknown; headers: Headers | null }>,
): Promise<Answer> {
  try {
    const { response, headers } = await answer;
    return { ok: true, body: response, cookies: headers?.getSetCookie() ?? [] };
  } catch (error) {
    return refusalOf(error);
  }
}

const signedIn = v.object({ user: v.object({ theme: v.picklist(THEMES) }) });

/** Lets the browser in which somebody signs in keep the theme of their account, if they chose one. */
function withOwnTheme(answer: Answer): Answer {
  if (!answer.ok || !v.is(signedIn, answer.body)) return answer;
  return { ...answer, cookies: [...answer.cookies, themeCookie(answer.body.user.theme)] };
}

function call<S extends v.GenericSchema>(
  form: S,
  make: (input: v.InferOutput<S>, caller: Caller) => Promise<Answer>,
): Call {
  return async (input, caller) => {
    const parsed = v.safeParse(form, input, { abortPipeEarly: true });
    if (parsed.success) return make(parsed.output, caller);
    const errors = parsed.issues.map((issue) => ({
      path: v.getDotPath(issue) ?? '',
      message: issue.message,
    }));
    return REFUSED.invalid(errors);
  };
}
