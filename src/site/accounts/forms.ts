import * as v from 'valibot';
import { accountMessages } from '../messages.ts';
import { THEMES } from '../ui/with-theme.ts';
import { PASSWORD_LENGTH } from './password-length.ts';

const text = accountMessages.fields;

const MAX_NAME = 100;
/** No mail server takes a longer one. */
const MAX_EMAIL = 254;

/**
 * Text that any database stores and any page shows: no lone surrogate, no control characters, and
 * none that turn the text around them, which would read as another name beside other words.
 */
const isPlain = (value: string) =>
  value.isWellFormed() && !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(value);

/** Something to be seen: there are characters without width, which emoji and some scripts need. */
const isVisible = (value: string) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(value);

/** A field that is not there was left empty. */
const typed = (message: string) => v.optional(v.string(message), '');

const name = v.pipe(
  typed(text.name),
  v.trim(),
  v.check(isVisible, text.name),
  v.maxLength(MAX_NAME, text.nameTooLong(MAX_NAME)),
  v.check(isPlain, text.nameNotPlain),
);

const email = v.pipe(
  typed(text.email),
  v.trim(),
  v.minLength(1, text.email),
  v.maxLength(MAX_EMAIL, text.emailNotOne),
  v.rfcEmail(text.emailNotOne),
  v.toLowerCase(),
);

/** A password that somebody has: only its bounds are checked before it is tried. */
const password = v.pipe(
  typed(text.password),
  v.minLength(1, text.password),
  v.maxLength(PASSWORD_LENGTH.max, text.passwordTooLong(PASSWORD_LENGTH.max)),
);

const newPassword = v.pipe(
  typed(text.newPassword),
  v.minLength(PASSWORD_LENGTH.min, text.newPasswordTooShort(PASSWORD_LENGTH.min)),
  v.maxLength(PASSWORD_LENGTH.max, text.newPasswordTooLong(PASSWORD_LENGTH.max)),
  v.check((value) => value.isWellFormed(), text.newPasswordNotPlain),
);

const token = v.pipe(typed(text.token), v.regex(/^[A-Za-z0-9_-]{1,100}$/, text.token));

const form = <E extends v.ObjectEntries>(entries: E) => v.object(entries, text.notFields);

/** What signing up takes. Each form leaves out keys that it does not know. */
export const signUp = form({ name, email, password: newPassword });
/** What signing in takes. */
export const signIn = form({ email, password });
/** What changing one's name takes, and the theme that is one's own wherever one signs in. */
export const updateUser = form({ name, theme: v.optional(v.picklist(THEMES, text.theme)) });
/** What changing the password takes. */
export const changePassword = form({ currentPassword: password, newPassword });
/** What asking for a link takes. */
export const forgotPassword = form({ email });
/** What setting a new password through a link takes. */
export const resetPassword = form({ token, newPassword });
/** What deleting one's account takes. */
export const deleteUser = form({ password });
/** What calls take that need nothing but the cookie. */
export const nothing = form({});
