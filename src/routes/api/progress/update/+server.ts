import type { RequestHandler } from './$types';

/** `POST /api/progress/update`; any other method is answered by the handler too. */
export const fallback: RequestHandler = (event) =>
  event.locals.cairn.progress.handlers.update(event);
export const POST = fallback;
