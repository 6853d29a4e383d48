import { join } from 'node:path';
import { postgres, sqlite } from 'sveltekit-cairn/server';
import type { Database } from 'sveltekit-cairn/server';
import { StartError } from './start-error.ts';

/**
 * Opens the site's one database, which holds accounts and progress: the PostgreSQL that the
 * settings name, or an SQLite file in the data folder. Throws a `StartError` when it does not
 * answer.
 */
export async function openSiteDatabase(settings: {
  databaseUrl: string | null;
  dataDir: string;
}): Promise<Database> {
  const { databaseUrl, dataDir } = settings;
  const file = join(dataDir, 'cairn.db');
  const database = databaseUrl ? postgres(databaseUrl) : sqlite(file);
  try {
    await database.read(function* () {
      yield { name: '', sql: 'select 1', parameters: [] };
    });
    return database;
  } catch (error) {
    await database.close();
    const place = databaseUrl ? 'The database of DATABASE_URL' : `The database file ${file}`;
    throw new StartError(`${place} does not answer: ${reasonOf(error)}.`, { cause: error });
  }
}

/** What the driver said, which is the innermost cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.cause) return reasonOf(error.cause);
  // Trying several addresses fails with all their errors and no message of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first ? reasonOf(first) : error.message;
}
