// The endpoints over bare HTTP, as a process that can be killed: whoever the header names is signed
// in. Its first argument is the address of the database.
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createProgressServer } from '../../src/lib/server/progress.ts';
import { openAddress } from '../support/open-address.ts';
import { school } from './school.ts';

const progress = createProgressServer({
  catalogue: school,
  database: openAddress(process.argv[2]!),
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
