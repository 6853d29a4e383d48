import { error } from '@sveltejs/kit';
import type { RequestEvent } from '@sveltejs/kit';
import { and, count, eq } from 'drizzle-orm';
import { auth, database, transaction, UNITS, userProgress } from '../../database.ts';

/** Reads the row, writes it, counts the course again: the route that one would write by hand. */
export async function POST({ request }: RequestEvent) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (!session) error(401, 'Sign in first.');
  const { contentId, status } = (await request.json()) as { contentId: string; status: string };
  if (!/^lesson-\d+$/.test(contentId) || !['in-progress', 'completed'].includes(status)) {
    error(422, 'Invalid.');
  }
  const userId = session.user.id;
  const now = new Date().toISOString();
  return transaction(async () => {
    const [known] = await database
      .select()
      .from(userProgress)
      .where(and(eq(userProgress.userId, userId), eq(userProgress.contentId, contentId)));
    const done = known?.status === 'completed' || status === 'completed';
    const progress = {
      userId,
      contentId,
      contentType: 'lesson',
      status: done ? 'completed' : status,
      percentage: done ? 100 : 0,
      completedAt: known?.completedAt ?? (done ? now : null),
      updatedAt: now,
    };
    await save(progress);
    const [counted] = await database
      .select({ completed: count() })
      .from(userProgress)
      .where(
        and(
          eq(userProgress.userId, userId),
          eq(userProgress.contentType, 'lesson'),
          eq(userProgress.status, 'completed'),
        ),
      );
    const percentage = Math.floor((100 * counted!.completed) / UNITS);
    const course = {
      userId,
      contentId: 'course',
      contentType: 'course',
      status: percentage === 100 ? 'completed' : 'in-progress',
      percentage,
      completedAt: null,
      updatedAt: now,
    };
    await save(course);
    return Response.json({ progress, course });
  });
}

function save(row: typeof userProgress.$inferInsert) {
  const { userId, contentId, ...columns } = row;
  return database
    .insert(userProgress)
    .values({ userId, contentId, ...columns })
    .onConflictDoUpdate({
      target: [userProgress.userId, userProgress.contentId],
      set: columns,
    });
}
