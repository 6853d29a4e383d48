import { fail, redirect } from '@sveltejs/kit';
import { submit } from '../../../site/accounts/form-action.ts';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async (event) => {
    const refusal = await submit(event, 'sign-out', {});
    if (refusal) return fail(refusal.status, { refusal });
    redirect(303, '/');
  },
};
