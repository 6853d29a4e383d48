// A process of its own that migrates the database at ADDRESS; it dies after so many STATEMENTS.
import type { KyselyPlugin } from 'kysely';
import { postgres, sqlite } from 'sveltekit-cairn/server';
import { migrateAccounts } from './migrate.ts';

const { ADDRESS = '', STATEMENTS } = process.env;
const database = ADDRESS.startsWith('postgres') ? postgres(ADDRESS) : sqlite(ADDRESS);

let left = Number(STATEMENTS);
const deadly: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: ({ result }) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return Promise.resolve(result);
  },
};
await migrateAccounts({ ...database, kysely: database.kysely.withPlugin(deadly) });
await database.close();
