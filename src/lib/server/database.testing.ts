import type { Database, Row, Script, Statement } from './database.ts';

/** What happens to the work of a database on its way there. */
export interface Tampering {
  /** Sees each transaction before it begins; may wait or throw. */
  onWrite?: () => Promise<void> | undefined;
  /** Sees each statement of a transaction before it is run; may throw, or give another one. */
  onStatement?: (statement: Statement) => Statement;
}

/** A database between whose callers and which somebody stands. Reads go straight through. */
export function tampered(database: Database, tampering: Tampering): Database {
  const { onWrite, onStatement = (statement: Statement) => statement } = tampering;
  return {
    ...database,
    write: async <T>(script: () => Script<T>): Promise<T> => {
      await onWrite?.();
      return database.write(() => seen(script(), onStatement));
    },
  };
}

function* seen<T>(script: Script<T>, onStatement: (statement: Statement) => Statement): Script<T> {
  let step = script.next();
  while (!step.done) {
    try {
      const rows: readonly Row[] = yield onStatement(step.value);
      step = script.next(rows);
    } catch (error) {
      step = script.throw(error);
    }
  }
  return step.value;
}
