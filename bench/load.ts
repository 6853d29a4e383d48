import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One request, written out. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  cookie?: string;
  /** A function where it depends on earlier answers: it is asked when the request is sent. */
  body?: string | (() => string);
  /** Told the answer's body. */
  answered?: (body: string) => void;
}

/** What a server did under load. */
export interface LoadResult {
  perSecond: number;
  /** Milliseconds until the answer; of all requests, half took less. */
  median: number;
  p99: number;
}

/** What is sent to a server. */
export interface Load {
  requests: readonly LoadRequest[];
  connections: number;
  /** One for each request, answered before it is sent; not measured. */
  before?: readonly LoadRequest[];
}

/**
 * Sends requests over keep-alive connections, each of which waits for its answer, and counts. Written
 * on bare sockets, so that the client costs less than the server that it measures.
 *
 * @throws Error when any answer is not 200: a figure of refusals would mean nothing.
 */
export async function drive(origin: string, load: Load): Promise<LoadResult> {
  const { requests, connections, before = [] } = load;
  const sockets = Array.from({ length: connections }, () => open(origin));
  const times: number[] = [];
  let milliseconds = 0;
  // What comes before a request must not run beside others: then they go by so many at a time.
  const atOnce = before.length > 0 ? connections : requests.length;
  for (let start = 0; start < requests.length; start += atOnce) {
    const end = start + atOnce;
    await sendAll(sockets, before.slice(start, end));
    const began = performance.now();
    times.push(...(await sendAll(sockets, requests.slice(start, end))));
    milliseconds += performance.now() - began;
  }
  for (const { close } of sockets) close();
  times.sort((a, b) => a - b);
  return {
    perSecond: (1000 * requests.length) / milliseconds,
    median: times[Math.floor(times.length / 2)]!,
    p99: times[Math.floor(times.length * 0.99)]!,
  };
}

/** Sends requests over all connections, each taking the next one; says how long each took. */
async function sendAll(
  sockets: readonly Connection[],
  requests: readonly LoadRequest[],
): Promise<number[]> {
  const waiting = requests.values();
  const times: number[] = [];
  await Promise.all(
    sockets.map(async ({ send }) => {
      for (const request of waiting) {
        const sent = performance.now();
        const { status, body } = await send(request);
        if (status !== 200) throw new Error(`A request was answered ${status}.`);
        times.push(performance.now() - sent);
        request.answered?.(body);
      }
    }),
  );
  return times;
}

interface Answer {
  status: number;
  body: string;
}

interface Connection {
  /** Says the answer once its body is there. */
  send(request: LoadRequest): Promise<Answer>;
  close(): void;
}

function open(origin: string): Connection {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  const read = reader(socket);
  return {
    send: (request) => {
      socket.write(write(request, { origin, hostname }));
      return read();
    },
    close: () => socket.destroy(),
  };
}

function write(request: LoadRequest, to: { origin: string; hostname: string }): string {
  const { method, path, cookie } = request;
  const body = typeof request.body === 'function' ? request.body() : (request.body ?? '');
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${to.hostname}`, `origin: ${to.origin}`];
  if (cookie) lines.push(`cookie: ${cookie}`);
  if (body) lines.push('content-type: application/json');
  if (method === 'POST') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Reads one answer after another. */
function reader(socket: Socket): () => Promise<Answer> {
  let buffer = '';
  let answered: ((answer: Answer) => void) | null = null;
  let failed: ((error: Error) => void) | null = null;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    buffer += chunk;
    const length = lengthOf(buffer);
    if (length === null || buffer.length < length) return;
    const status = Number(buffer.slice(9, 12));
    const body = buffer.slice(buffer.indexOf('\r\n\r\n') + 4, length);
    buffer = buffer.slice(length);
    answered?.({ status, body });
  });
  socket.on('error', (error) => failed?.(error));
  socket.on('close', () => failed?.(new Error('The server closed a connection.')));
  return () =>
    new Promise((resolve, reject) => {
      answered = resolve;
      failed = reject;
    });
}

/** Of the first answer in the buffer, with its head; null while that is not known. */
function lengthOf(buffer: string): number | null {
  const end = buffer.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = buffer.slice(0, end).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) return end + 4 + Number(length);
  const last = buffer.indexOf('\r\n0\r\n\r\n', end);
  return last < 0 ? null : last + 7;
}
