import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { CompiledQuery, RawBuilder } from 'kysely';
import type { AnyKysely, Row, Script } from './database.ts';

/** A query as any of Kysely's builders makes it. */
export interface Query {
  compile(provider: AnyKysely): CompiledQuery;
}

/**
 * Compiles a query once, and gives a script that runs it with the values of each call.
 *
 * @example
 * const byUser = prepare<{ userId: string }>(kysely, 'by_user', (p) =>
 *   kysely.selectFrom('user_progress').selectAll().where('user_id', '=', p('userId')));
 * const rows = yield* byUser({ userId });
 */
export function prepare<P extends Record<string, unknown>>(
  kysely: AnyKysely,
  label: string,
  build: (p: <K extends keyof P & string>(parameter: K) => RawBuilder<P[K]>) => Query,
): (values: P) => Script<readonly Row[]> {
  const { sql: text, parameters } = build((name) => sql`${new Hole(name)}`).compile(kysely);
  // With the text in its name, two versions of the library may share a connection.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const name = `cairn_${label}_${hash}`;
  return function* (values) {
    const filled = parameters.map((each) => (each instanceof Hole ? values[each.name] : each));
    return yield { name, sql: text, parameters: filled };
  };
}

/** Runs a query that is not worth keeping prepared. */
export function* once(kysely: AnyKysely, query: Query): Script<readonly Row[]> {
  const { sql: text, parameters } = query.compile(kysely);
  return yield { name: '', sql: text, parameters };
}

/** Stands where a parameter will be, until the statement is run. */
class Hole {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
