import type { RequestHandler } from './$types';

/** The process lives; it says nothing of the database. */
export const GET: RequestHandler = () =>
  Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
