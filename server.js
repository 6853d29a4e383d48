// The site's own server around the built handler. SvelteKit's adapter takes a request's public
// address from two headers: here they say what ORIGIN says, whatever a client sends.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { isIP } from 'node:net';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {(request: Request, response: Response, otherwise: () => void) => void} Handler */

const PROTOCOL_HEADER = 'x-cairn-protocol';
const HOST_HEADER = 'x-cairn-host';

/** Milliseconds that requests under way may take to finish once the site is asked to end. */
const GRACE = 10_000;

/** Signals within so many milliseconds are one: a terminal and npm pass on the same Ctrl-C. */
const ONE_PRESS = 500;

/** One sentence for the site's owner, instead of a stack. */
class StartError extends Error {
  /** @override */
  name = 'StartError';
}

// What the site writes, its database and its secret, is for nobody else to read.
process.umask(0o077);
start().catch((/** @type {unknown} */ error) => {
  // What is wrong with settings, content or database is said in sentences for the site's owner;
  // only a mistake in the program needs its stack.
  const isMistake = /^(Type|Reference|Range|Syntax)Error$/.test(
    error instanceof Error ? error.name : '',
  );
  console.error(error instanceof Error && !isMistake ? error.message : error);
  process.exit(1);
});

async function start() {
  process.env['NODE_ENV'] ||= 'production';
  const server = createServer({
    // A client that sends its request slower than this is no learner.
    headersTimeout: 15_000,
    requestTimeout: 60_000,
    connectionsCheckingInterval: 5_000,
    // Longer than proxies keep an idle connection, so that they never use one that just closed.
    keepAliveTimeout: 65_000,
  });
  /** @type {PromiseWithResolvers<Handler>} */
  const ready = Promise.withResolvers();
  server.on('request', (request, response) => {
    const notFound = () => void response.writeHead(404).end();
    void ready.promise.then((handler) => handler(request, response, notFound));
  });
  const unused = unusedConnections(server);
  const address = await listen(server);

  const isDefault = !process.env['ORIGIN'];
  process.env['ORIGIN'] ||= address;
  const handler = await loadHandler();
  const origin = new URL(process.env['ORIGIN']);
  endOnSignals(server, unused);
  ready.resolve(at(origin, isDefault ? onOneName(origin, handler) : handler));
  console.log(`Cairn is ready at ${address}${isDefault ? '' : ` for ${origin.origin}`}`);
  if (isDefault && /^http:\/\/(0\.0\.0\.0|\[::\])/.test(address)) {
    console.log('Set ORIGIN to the address that people type: forms from any other are refused.');
  }
}

/**
 * Listens where HOST and PORT say, and answers the address.
 * @param {import('node:http').Server} server
 * @returns {Promise<string>}
 */
function listen(server) {
  const host = process.env['HOST'] || '127.0.0.1';
  const port = process.env['PORT'] || '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new StartError(`PORT must be a number from 0 to 65535, not "${port}".`);
  }
  return new Promise((resolve, reject) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      reject(
        new StartError(
          error.code === 'EADDRINUSE'
            ? `Port ${port} of ${host} is in use: end the program that uses it, or set PORT.`
            : `HOST and PORT must be an address of this machine, but ${host}:${port} gives ${error.code}.`,
        ),
      );
    });
    server.listen({ host, port: Number(port) }, () => {
      const bound = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve(`http://${isIP(host) === 6 ? `[${host}]` : host}:${bound.port}`);
    });
  });
}

/**
 * Loads the built site, which starts it: settings are read, the database is migrated.
 * @returns {Promise<Handler>}
 */
async function loadHandler() {
  const built = new URL('build/handler.js', import.meta.url);
  if (!existsSync(built)) {
    throw new StartError('The site is not built: "npm start" builds and starts it.');
  }
  Object.assign(process.env, { PROTOCOL_HEADER, HOST_HEADER });
  delete process.env['PORT_HEADER'];
  const { handler } = /** @type {{ handler: Handler }} */ (await import(built.href));
  return handler;
}

/**
 * Gives each request the site's public address, and each answer its security headers.
 * @param {URL} origin
 * @param {Handler} handler
 * @returns {Handler}
 */
function at(origin, handler) {
  const headers = securityHeaders(origin);
  return (request, response, otherwise) => {
    response.setHeaders(headers);
    const target = pathOf(request.url ?? '');
    if (target === null) return void response.writeHead(400).end();
    request.url = target;
    request.headers[PROTOCOL_HEADER] = origin.protocol.slice(0, -1);
    request.headers[HOST_HEADER] = origin.host;
    handler(request, response, otherwise);
  };
}

/**
 * What every answer carries, whoever makes it: the site's hooks see neither the files that the
 * adapter serves nor what the framework itself refuses. Pages bring a content security policy of
 * their own, with nonces; anything else is never a document with scripts.
 * @param {URL} origin
 */
function securityHeaders(origin) {
  return new Headers({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // The address of a reset link holds its token: no other site learns where a visitor came from.
    'referrer-policy': 'same-origin',
    'content-security-policy': "script-src 'none'; frame-ancestors 'none'",
    ...(origin.protocol === 'https:' && { 'strict-transport-security': 'max-age=31536000' }),
  });
}

/**
 * The path and query of a request's target. A proxy may send a whole address, whose host would
 * otherwise end up in the public one.
 * @param {string} target
 * @returns {string | null}
 */
function pathOf(target) {
  if (target.startsWith('/')) return target;
  const url = URL.parse(target);
  return url?.host ? url.pathname + url.search : null;
}

/**
 * Leads people who type "localhost" to the address that the site goes by while it has no ORIGIN:
 * their browser would send forms from another origin, which are refused.
 * @param {URL} origin
 * @param {Handler} handler
 * @returns {Handler}
 */
function onOneName(origin, handler) {
  return (request, response, otherwise) => {
    const { host, 'sec-fetch-mode': mode } = request.headers;
    if (mode !== 'navigate' || request.method !== 'GET' || host !== `localhost:${origin.port}`) {
      return handler(request, response, otherwise);
    }
    response.writeHead(307, { location: `${origin.origin}${request.url ?? ''}` }).end();
  };
}

/**
 * The connections that have not brought a request yet: browsers open some ahead. Node does not
 * count them as idle.
 * @param {import('node:http').Server} server
 */
function unusedConnections(server) {
  /** @type {Set<import('node:net').Socket>} */
  const unused = new Set();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return unused;
}

/**
 * Ends on SIGTERM and SIGINT: takes no new requests, finishes those under way, then lets the site
 * close its database. A second signal ends it at once.
 * @param {import('node:http').Server} server
 * @param {Set<import('node:net').Socket>} unused
 */
function endOnSignals(server, unused) {
  let askedAt = 0;

  const end = (/** @type {NodeJS.Signals} */ signal) => {
    if (askedAt !== 0) return Date.now() - askedAt > ONE_PRESS && process.exit(1);
    askedAt = Date.now();
    server.close(() => {
      // The name that SvelteKit's adapter gives this moment; hooks.server.ts listens to it.
      process.emit(/** @type {any} */ ('sveltekit:shutdown'), signal);
      setTimeout(() => process.exit(0), GRACE).unref();
    });
    for (const socket of unused) socket.destroy();
    setTimeout(() => server.closeAllConnections(), GRACE).unref();
  };
  server.on('request', (_, response) => {
    response.once(
      'close',
      () => askedAt !== 0 && setImmediate(() => server.closeIdleConnections()),
    );
  });
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
