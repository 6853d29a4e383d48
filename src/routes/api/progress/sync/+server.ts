import type { RequestHandler } from './$types';

/** `POST /api/progress/sync`; any other method is answered by the handler too. */
export const fallback: RequestHandler = (event) => event.locals.cairn.progress.handlers.sync(event);
export const POST = fallback;
