import type { RequestHandler } from './$types';

/** `GET /api/progress`; any other method is answered by the handler too. */
export const fallback: RequestHandler = (event) => event.locals.cairn.progress.handlers.list(event);
export const GET = fallback;
