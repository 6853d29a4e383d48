import { problemAnswer } from '../../site/problem.ts';
import { logFailure, newTraceId } from '../../site/trace.ts';
import type { RequestHandler } from './$types';

/** The database takes writes, so requests may be sent here. */
export const GET: RequestHandler = async ({ locals }) => {
  try {
    await locals.cairn.ready();
    return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    logFailure(newTraceId(), 'The database takes no writes: /readyz', error);
    return problemAnswer({
      status: 503,
      code: 'unavailable',
      detail: 'The database takes no writes.',
      retryAfter: 5,
    });
  }
};
