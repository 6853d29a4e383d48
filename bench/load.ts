import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One request, written out. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  cookie?: string;
  body?: string;
}

/** What a server did under load. */
export interface LoadResult {
  perSecond: number;
  /** Milliseconds until the answer; of all requests, half took less. */
  median: number;
  p99: number;
}

/**
 * Sends requests over keep-alive connections, each of which waits for its answer, and counts. Written
 * on bare sockets, so that the client costs less than the server that it measures.
 *
 * @throws Error when any answer is not 200: a figure of refusals would mean nothing.
 */
export async function drive(
  origin: string,
  { requests, connections }: { requests: readonly LoadRequest[]; connections: number },
): Promise<LoadResult> {
  const { hostname, port } = new URL(origin);
  const waiting = requests.map((request) => write(request, { origin, hostname }));
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(port), hostname);
      socket.setNoDelay(true);
      const read = reader(socket);
      while (next < waiting.length) {
        const sent = performance.now();
        socket.write(waiting[next++]!);
        const status = await read();
        if (status !== 200) throw new Error(`A request was answered ${status}.`);
        times.push(performance.now() - sent);
      }
      socket.destroy();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return {
    perSecond: requests.length / seconds,
    median: times[Math.floor(times.length / 2)]!,
    p99: times[Math.floor(times.length * 0.99)]!,
  };
}

function write(request: LoadRequest, to: { origin: string; hostname: string }): string {
  const { method, path, cookie, body = '' } = request;
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${to.hostname}`, `origin: ${to.origin}`];
  if (cookie) lines.push(`cookie: ${cookie}`);
  if (body) lines.push('content-type: application/json');
  if (method === 'POST') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Reads one answer after another; says its status once its body is there. */
function reader(socket: Socket): () => Promise<number> {
  let buffer = '';
  let answered: ((status: number) => void) | null = null;
  let failed: ((error: Error) => void) | null = null;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    buffer += chunk;
    const length = lengthOf(buffer);
    if (length === null || buffer.length < length) return;
    const status = Number(buffer.slice(9, 12));
    buffer = buffer.slice(length);
    answered?.(status);
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
