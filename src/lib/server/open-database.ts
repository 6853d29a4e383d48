import { DatabaseSync } from 'node:sqlite';
import type { Pool } from 'pg';
import type { AnyKysely, Database } from './database.ts';
import { viaKysely } from './kysely.ts';
import { postgres } from './postgres.ts';
import { sqliteConnection } from './sqlite.ts';

/** What an adopter may hand in as the place for progress. */
export type DatabaseSource = Database | DatabaseSync | Pool | AnyKysely;

/** Makes a database of whatever an adopter has: ours, a connection, a pool or a Kysely. */
export function openDatabase(source: DatabaseSource): Database {
  if ('dialect' in source) return source;
  if (source instanceof DatabaseSync) return sqliteConnection(source);
  if ('getExecutor' in source) return viaKysely(source);
  return postgres(source);
}
