import { fail, redirect } from '@sveltejs/kit';
import { REFUSED } from '../../../site/accounts/answer.ts';
import { formValues, setCookies, submit } from '../../../site/accounts/form-action.ts';
import { readPreferences } from '../../../site/accounts/preferences.ts';
import { timeZones } from '../../../site/accounts/time-zones.ts';
import { THEME_COOKIE, themeCookie, themeIn } from '../../../site/ui/with-theme.ts';
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
    if (theme) setCookies(event.cookies, [themeCookie(theme)]);
    return { isDone: true };
  },
};
