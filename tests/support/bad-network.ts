import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request between a browser and the site. */
export type Fate =
  | 'passed'
  /** The connection is cut before anything of it arrives. */
  | 'lost'
  /** The site does what is asked, but the connection is cut before its answer. */
  | 'unanswered'
  /** The connection is cut in the middle of the answer. */
  | 'cut off'
  /** Neither does it arrive, nor does anything come back. */
  | 'hanging'
  /** Somebody on the way answers. */
  | { status: number; headers?: OutgoingHttpHeaders; body?: string };

/** A network between a browser and the site, as bad as a test needs it. */
export interface BadNetwork {
  /** The site's address for browsers: its `origin`. */
  readonly address: string;
  /** Where the site listens; may be another one after a while. */
  target: string;
  /** Decides on each request by its method and path, query included; at first all are passed. */
  fateOf: (method: string, path: string) => Fate;
  /** What befell requests that were not passed, as in `GET /x: lost`, oldest first. */
  readonly faults: string[];
  /** Cuts all connections, and takes no more. */
  stop(): Promise<void>;
}

/**
 * Puts a server between browsers and a site. Unlike what a browser is told to pretend, its
 * connections really break, at the moment that a test says, for the service worker too.
 */
export async function startBadNetwork(): Promise<BadNetwork> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const fate = network.fateOf(method, url);
    if (fate !== 'passed') network.faults.push(`${method} ${url}: ${nameOf(fate)}`);
    // A connection that breaks is what this is about.
    meet(fate, { request, response, agent, target: network.target }).catch(() =>
      request.socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const network: BadNetwork = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    fateOf: () => 'passed',
    faults: [],
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
  return network;
}

interface Way {
  request: IncomingMessage;
  response: ServerResponse;
  agent: Agent;
  target: string;
}

async function meet(fate: Fate, way: Way): Promise<void> {
  const { request, response } = way;
  if (fate === 'hanging') return;
  if (fate === 'lost') return void request.socket.destroy();
  if (typeof fate === 'object') {
    return void response.writeHead(fate.status, fate.headers).end(fate.body);
  }
  const answer = await passOn(way);
  if (fate === 'passed') {
    response.writeHead(answer.statusCode!, answer.headers);
    return void answer.pipe(response);
  }
  const body = await buffer(answer);
  if (fate === 'unanswered') return void request.socket.destroy();
  response.writeHead(answer.statusCode!, { ...answer.headers, 'content-length': body.length });
  response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
}

/** Asks the site what the browser asks. */
async function passOn({ request, agent, target }: Way): Promise<IncomingMessage> {
  const { method, url: path, headers } = request;
  const { hostname: host, port } = new URL(target);
  const onward = httpRequest({ agent, host, port, method, path, headers });
  request.pipe(onward);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  return answer;
}

function nameOf(fate: Fate): string {
  return typeof fate === 'object' ? String(fate.status) : fate;
}
