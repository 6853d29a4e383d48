import type { RequestHandler } from './$types';

/** `GET /api/progress/content`; any other method is answered by the handler too. */
export const fallback: RequestHandler = (event) =>
  event.locals.cairn.progress.handlers.content(event);
export const GET = fallback;
