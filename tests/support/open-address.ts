import type { Database } from '../../src/lib/server/database.ts';
import { postgres } from '../../src/lib/server/postgres.ts';
import { sqlite } from '../../src/lib/server/sqlite.ts';

/** Opens the database at a path, at `:memory:` or at `postgres://…`. */
export function openAddress(address: string): Database {
  return address.startsWith('postgres') ? postgres(address) : sqlite(address);
}
