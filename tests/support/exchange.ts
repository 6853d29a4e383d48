import { request as httpRequest } from 'node:http';
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as any program may send it: any target, any method, any header. */
export interface Sent {
  headers?: OutgoingHttpHeaders;
  body?: string | Uint8Array;
  /** Sends the body in pieces, without saying beforehand how long it is. */
  chunked?: boolean;
}

/** What came back; redirects are not followed. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** From the first byte sent to the last received, in milliseconds. */
  readonly took: number;
  /** The body as JSON. */
  json(): unknown;
}

/** Sends a request and waits for its answer, at most 20 s. */
export function exchange(
  address: string,
  agent: Agent,
  { method, path, headers = {}, body, chunked = false }: Sent & { method: string; path: string },
): Promise<Answer> {
  const { hostname: host, port } = new URL(address);
  const length = body === undefined || chunked ? {} : { 'content-length': Buffer.byteLength(body) };
  const options = { agent, host, port, method, path, headers: { ...length, ...headers } };
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest(options, (incoming) => {
      text(incoming).then((received) => {
        const { statusCode: status = 0, headers } = incoming;
        const took = performance.now() - begun;
        const json = () => JSON.parse(received) as unknown;
        resolve({ status, headers, body: received, took, json });
      }, reject);
    });
    request.setTimeout(20_000, () => request.destroy(new Error(`${method} ${path}: no answer`)));
    request.on('error', reject);
    if (chunked) for (const piece of piecesOf(body ?? '')) request.write(piece);
    request.end(chunked ? undefined : body);
  });
}

function* piecesOf(body: string | Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(body);
  const size = 65_536;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
