// A program that migrates the database at the address given and says when it is done. With a
// number it stops for good in mid-transaction, once so many statements were run, and says so.
import { writeSync } from 'node:fs';
import type { Database, Script } from '../../src/lib/server/database.ts';
import { migrate } from '../../src/lib/server/migrate.ts';
import { openAddress } from './open-address.ts';

const [address = '', statements = 'Infinity'] = process.argv.slice(2);
const database = openAddress(address);
await migrate(stoppingAfter(database, Number(statements)), {
  table: 'users',
  key: 'id',
  type: 'text',
});
writeSync(1, 'migrated\n');
await database.close();

function stoppingAfter(own: Database, limit: number): Database {
  return { ...own, write: (script) => own.write(() => counted(script(), limit)) };
}

function* counted<T>(script: Script<T>, limit: number): Script<T> {
  let step = script.next();
  for (let count = 0; !step.done; count++) {
    if (count === limit) stop();
    step = script.next(yield step.value);
  }
  if (limit !== Infinity) stop();
  return step.value;
}

/** Does nothing more, not even what has been promised to the event loop. */
function stop(): void {
  writeSync(1, 'stopped\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
