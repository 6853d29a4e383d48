import { fail, redirect } from '@sveltejs/kit';
import { formValues, submit } from '../../../site/accounts/form-action.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url, setHeaders }) => {
  setHeaders({ 'cache-control': 'private, no-store' });
  return { token: url.searchParams.get('token') ?? '' };
};

export const actions: Actions = {
  default: async (event) => {
    const refusal = await submit(event, 'reset-password', await formValues(event.request));
    if (refusal) return fail(refusal.status, { refusal });
    redirect(303, '/sign-in?password-is-set');
  },
};
