import { fail } from '@sveltejs/kit';
import { formValues, submit } from '../../../site/accounts/form-action.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => ({
  sendsMail: locals.cairn.accounts.sendsMail,
});

export const actions: Actions = {
  default: async (event) => {
    const values = await formValues(event.request);
    const refusal = await submit(event, 'request-password-reset', values);
    if (refusal) return fail(refusal.status, { refusal, email: values['email'] });
    return { isDone: true };
  },
};
