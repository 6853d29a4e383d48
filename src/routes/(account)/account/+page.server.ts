import { fail, redirect } from '@sveltejs/kit';
import type { Cookies } from '@sveltejs/kit';
import { REFUSED } from '../../../site/accounts/answer.ts';
import { formValues, submit } from '../../../site/accounts/form-action.ts';
import { readPreferences } from '../../../site/accounts/preferences.ts';
import { timeZones } from '../../../site/accounts/time-zones.ts';
import { THEME_COOKIE, THEME_LIFETIME, themeIn } from '../../../site/ui/with-theme.ts';
import type { Theme } from '../../../site/ui/with-theme.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, cookies }) => {
  const { user, cairn } = locals;
  if (!user) redirect(303, '/sign-in?to=/account');
  const timeZone = await cairn.progress.timeZone(user.id);
  const theme = themeIn(cookies.get(THEME_COOKIE));
  const { name, email } = user;
  return { account: { name, email, timeZone, theme }, timeZones: timeZones(timeZone) };
};

export const actions: Actions = {
  /** Takes some of the settings; what is not among the fields stays as it is. */
  default: async (event) => {
    const { user, cairn } = event.locals;
    if (!user) return fail(401, { refusal: REFUSED.notSignedIn });
    const values = await formValues(event.request);
    const preferences = readPreferences(values);
    if ('ok' in preferences) return fail(preferences.status, { refusal: preferences });

    if (values['name'] !== undefined) {
      const refusal = await submit(event, 'update-user', values);
      if (refusal) return fail(refusal.status, { refusal });
      const session = await cairn.accounts.identify(event.request.headers.get('cookie'));
      event.locals.user = session?.user ?? null;
    }
    const { timeZone, theme } = preferences;
    if (timeZone) await cairn.progress.setTimeZone(user.id, timeZone);
    if (theme) keepTheme(event.cookies, theme);
    return { isSaved: true };
  },
};

/** Keeps the theme in the browser, where the switch in the header may change it. */
function keepTheme(cookies: Cookies, theme: Theme): void {
  cookies.set(THEME_COOKIE, theme, {
    path: '/',
    maxAge: theme === 'system' ? 0 : THEME_LIFETIME,
    sameSite: 'lax',
    httpOnly: false,
    secure: false,
  });
}
