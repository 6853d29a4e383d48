import { error } from '@sveltejs/kit';
import type { RequestEvent } from '@sveltejs/kit';
import { eq } from 'drizzle-orm';
import { auth, database, UNITS, userProgress } from '../../database.ts';

/** Reads a learner's rows and sums them. */
export async function GET({ request }: RequestEvent) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (!session) error(401, 'Sign in first.');
  const rows = await database
    .select()
    .from(userProgress)
    .where(eq(userProgress.userId, session.user.id));
  const status = new Map(rows.map((row) => [row.contentId, row.status]));
  const units = Array.from({ length: UNITS }, (_, n) => ({
    contentId: `lesson-${n}`,
    title: `Lesson ${n}`,
    status: status.get(`lesson-${n}`) ?? 'not-started',
  }));
  const completed = units.filter((unit) => unit.status === 'completed').length;
  return Response.json({
    completed,
    total: UNITS,
    progressPercentage: Math.floor((100 * completed) / UNITS),
    next: units.find((unit) => unit.status !== 'completed') ?? null,
    units,
  });
}
