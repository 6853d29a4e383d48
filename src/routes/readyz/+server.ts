import { newTraceId, problemResponse } from 'sveltekit-cairn/server';
import { logFailure } from '../../site/trace.ts';
import type { RequestHandler } from './$types';

/** The database takes writes, so requests may be sent here. */
export const GET: RequestHandler = async ({ locals }) => {
  try {
    await locals.cairn.ready();
    return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    const traceId = newTraceId();
    logFailure(traceId, 'The database takes no writes: /readyz', error);
    const detail = 'The database takes no writes.';
    return problemResponse({ status: 503, code: 'unavailable', detail, retryAfter: 5 }, traceId);
  }
};
