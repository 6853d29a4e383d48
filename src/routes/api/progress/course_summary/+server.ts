import type { RequestHandler } from './$types';

/** `GET /api/progress/course_summary`; any other method is answered by the handler too. */
export const fallback: RequestHandler = (event) =>
  event.locals.cairn.progress.handlers.courseSummary(event);
export const GET = fallback;
