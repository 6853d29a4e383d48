import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/**
 * All rows of all tables of a database, at a `postgres://` address or in an SQLite file, as text in a
 * fixed order. What `/readyz` writes to see whether writing works is left out.
 */
export async function dumpOf(address: string): Promise<string> {
  const tables = address.startsWith('postgres') ? await postgresRows(address) : sqliteRows(address);
  return [...tables]
    .map(([table, rows]) => [table, ...rows.map((row) => JSON.stringify(row)).sort()].join('\n'))
    .sort()
    .join('\n\n');
}

type Rows = Record<string, unknown>[];

const COUNTED_BY_READYZ = 'progress_schema';

function sqliteRows(path: string): Map<string, Rows> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const names = database.prepare("select name from sqlite_schema where type = 'table'").all();
    return new Map(
      namesIn(names).map((name) => [name, database.prepare(`select * from "${name}"`).all()]),
    );
  } finally {
    database.close();
  }
}

async function postgresRows(address: string): Promise<Map<string, Rows>> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const read = async (query: string) => (await client.query<Rows[number]>(query)).rows;
  try {
    const names = await read("select tablename as name from pg_tables where schemaname = 'public'");
    const tables = new Map<string, Rows>();
    for (const name of namesIn(names)) tables.set(name, await read(`select * from "${name}"`));
    return tables;
  } finally {
    await client.end();
  }
}

function namesIn(rows: Rows): string[] {
  return rows.map(({ name }) => String(name)).filter((name) => name !== COUNTED_BY_READYZ);
}
