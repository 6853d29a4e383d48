import { NO_SUCH_CALL, problemAnswer } from '../../../site/problem.ts';
import type { RequestHandler } from './$types';

/** No call: programs get a problem that they can read, not a page. */
export const fallback: RequestHandler = () => problemAnswer(NO_SUCH_CALL);
