import { problemResponse } from 'sveltekit-cairn/server';
import { NO_SUCH_CALL } from '../../../site/no-such-call.ts';
import type { RequestHandler } from './$types';

/** No call: programs get a problem that they can read, not a page. */
export const fallback: RequestHandler = () => problemResponse(NO_SUCH_CALL);
