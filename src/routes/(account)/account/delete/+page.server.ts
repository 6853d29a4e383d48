import { fail, redirect } from '@sveltejs/kit';
import { formValues, submit } from '../../../../site/accounts/form-action.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user) redirect(303, '/sign-in?to=/account/delete');
  return { email: locals.user.email };
};

export const actions: Actions = {
  default: async (event) => {
    const refusal = await submit(event, 'delete-user', await formValues(event.request));
    if (refusal) return fail(refusal.status, { refusal });
    redirect(303, '/sign-in?account-is-deleted');
  },
};
