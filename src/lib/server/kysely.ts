import { CompiledQuery, sql } from 'kysely';
import { DatabaseUnavailable, retried, runAsync } from './database.ts';
import type { AnyKysely, Database, Row, Statement } from './database.ts';
import { BEGIN, LOST, NOT_COMMITTED } from './postgres.ts';

/**
 * Progress through somebody's own Kysely, whatever driver is behind it, as long as that speaks to
 * SQLite or PostgreSQL. Slower than `sqlite` and `postgres`, as it prepares each statement anew.
 */
export function viaKysely(source: AnyKysely): Database {
  // Plugins may rename columns and keys; ours are as they should be.
  const kysely = source.withoutPlugins();
  const dialect = dialectOf(kysely);
  const begin = dialect === 'postgres' ? BEGIN.split('; ') : ['begin immediate'];

  return {
    dialect,
    kysely,
    read: (script) =>
      kysely.connection().execute((connection) => runAsync(script(), on(connection))),
    write: (script) =>
      retried(() =>
        kysely.connection().execute(async (connection) => {
          const execute = on(connection);
          try {
            for (const statement of begin) await execute(bare(statement));
            const result = await runAsync(script(), execute);
            const [row] = await execute(bare('commit'));
            if (row?.['command'] === 'ROLLBACK') throw new Error(NOT_COMMITTED);
            return result;
          } catch (error) {
            const rolledBack = execute(bare('rollback'));
            await rolledBack.catch((second: unknown) => {
              // SQLite may have rolled back by itself; PostgreSQL only refuses when it is gone.
              if (dialect === 'postgres') throw new DatabaseUnavailable(LOST, { cause: second });
            });
            throw error;
          }
        }),
      ),
    close: () => Promise.resolve(),
  };
}

/** By how it writes parameters and quotes names, as drivers bring adapters of their own. */
function dialectOf(kysely: AnyKysely): Database['dialect'] {
  switch (sql`${1} ${sql.ref('a')}`.compile(kysely).sql) {
    case '$1 "a"':
      return 'postgres';
    case '? "a"':
      return 'sqlite';
    default:
      throw new Error('Progress is kept in SQLite or PostgreSQL; this Kysely speaks to neither.');
  }
}

function on(connection: AnyKysely): (statement: Statement) => Promise<readonly Row[]> {
  return async ({ sql, parameters }) => {
    const { rows } = await connection.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
    return rows;
  };
}

const bare = (text: string): Statement => ({ name: '', sql: text, parameters: [] });
