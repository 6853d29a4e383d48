import { fail, redirect } from '@sveltejs/kit';
import { formValues, submit } from '../../../../site/accounts/form-action.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user) redirect(303, '/sign-in?to=/account/password');
  return { email: locals.user.email };
};

export const actions: Actions = {
  default: async (event) => {
    const refusal = await submit(event, 'change-password', await formValues(event.request));
    if (refusal) return fail(refusal.status, { refusal });
    return { isDone: true };
  },
};
