import { answerAccountRequest } from '../../../../site/accounts/endpoint.ts';
import { clientAddress } from '../../../../site/accounts/client-address.ts';
import type { RequestHandler } from './$types';

export const fallback: RequestHandler = (event) =>
  answerAccountRequest(event.locals.cairn.accounts, {
    path: event.params.path,
    request: event.request,
    address: clientAddress(event),
  });
