import type { RequestHandler } from './$types';

/** `GET /api/openapi.json`; any other method is answered by the handler too. */
export const fallback: RequestHandler = (event) =>
  event.locals.cairn.progress.handlers.openapi(event);
export const GET = fallback;
