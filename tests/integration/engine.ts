// The endpoints over bare HTTP, as a process that can be killed: whoever the header names is signed
// in. Its arguments are the address of the database and, to show what the lock is for, `unlocked`.
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { tampered } from '../../src/lib/server/database.testing.ts';
import { createProgressServer } from '../../src/lib/server/progress.ts';
import { openAddress } from '../support/open-address.ts';
import { school } from './school.ts';

const [address, mode] = process.argv.slice(2);
const database = openAddress(address!);

const progress = createProgressServer({
  catalogue: school,
  database: mode === 'unlocked' ? tampered(database, { onStatement: withoutLock }) : database,
  identify: () => null,
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
await progress.migrate();

const server = createServer((incoming, outgoing) => {
  void toRequest(incoming)
    .then((request) => {
      const endpoint =
        incoming.url === '/sync' ? progress.endpoints.sync : progress.endpoints.update;
      return endpoint(request, incoming.headers['x-learner'] as string);
    })
    .then(async (response) => {
      outgoing.writeHead(response.status).end(await response.text());
    });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  return new Request(`http://localhost${incoming.url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(await buffer(incoming)),
  });
}

function withoutLock<S extends { sql: string }>(statement: S): S {
  return { ...statement, sql: statement.sql.replaceAll('for update', '') };
}
