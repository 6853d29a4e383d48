import { fail, redirect } from '@sveltejs/kit';
import { formValues, submit } from '../../../site/accounts/form-action.ts';
import { pathOnThisSite } from '../../../site/same-origin.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
  if (locals.user) redirect(303, pathOnThisSite(url.searchParams.get('to')));
  return {
    isClosed: locals.cairn.accounts.signUp === 'closed',
    passwordIsSet: url.searchParams.has('password-is-set'),
    accountIsDeleted: url.searchParams.has('account-is-deleted'),
  };
};

export const actions: Actions = {
  default: async (event) => {
    const values = await formValues(event.request);
    const refusal = await submit(event, 'sign-in/email', values);
    if (refusal) return fail(refusal.status, { refusal, email: values['email'] });
    redirect(303, pathOnThisSite(event.url.searchParams.get('to')));
  },
};
