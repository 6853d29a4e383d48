import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBuilt } from '../../scripts/build.js';

const root = join(import.meta.dirname, '..', '..');

/** How a site differs from the one that `npm start` gives. */
export interface SiteOptions {
  /** A folder of Markdown; default: the sample courses. */
  content?: string;
  /** Where SQLite and secrets are; default: a new folder, deleted when the site has ended. */
  data?: string;
  /** A `postgres://` address; default: SQLite. */
  databaseUrl?: string;
  /** The public address; default: where it listens. */
  origin?: string;
  /** Further settings, as environment variables. */
  settings?: Record<string, string>;
}

/** The built site, running as a process of its own. */
export interface Site {
  /** Where it listens, as in `http://127.0.0.1:4321`. */
  readonly address: string;
  /** The public address that it was given; the same as `address` unless set. */
  readonly origin: string;
  /** Its DATA_DIR. */
  readonly data: string;
  readonly pid: number;
  /** All that it has printed, both streams. */
  output(): string;
  /** Asks it to end (SIGTERM), waits, and answers its exit code: null when a signal ended it. */
  stop(): Promise<number | null>;
  /** Ends it at once (SIGKILL) and waits until it is gone; its data stay, for another start. */
  kill(): Promise<void>;
}

/**
 * Starts the built site and waits until it is ready. Throws with all that it printed when it ends
 * before, or is not ready within 30 s; and when the build is not of the sources as they are.
 */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  if (!isBuilt()) throw new Error('The build is older than the sources: npm run build.');
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const origin = options.origin ?? address;
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'cairn-site-'));
  const server = startServer({
    PORT: String(port),
    ORIGIN: origin,
    CONTENT_DIR: options.content ?? join(root, 'content'),
    DATA_DIR: data,
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    ...options.settings,
  });

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    server.process.kill(signal);
    return server.ended;
  }
  const trouble = await troubleStarting(address, server.ended);
  if (trouble !== undefined) {
    await end('SIGKILL');
    throw new Error(`${trouble}\n${server.output()}`);
  }
  return {
    address,
    origin,
    data,
    pid: server.process.pid!,
    output: server.output,
    async stop() {
      const code = await end('SIGTERM');
      if (options.data === undefined) rmSync(data, { recursive: true });
      return code;
    },
    async kill() {
      await end('SIGKILL');
    },
  };
}

/** Runs server.js with these settings and, of this process's own environment, only the PATH. */
function startServer(settings: Record<string, string>) {
  const server = spawn(process.execPath, ['server.js'], {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const killWithUs = () => server.kill('SIGKILL');
  process.on('exit', killWithUs);
  const ended = once(server, 'close').then(([code]: (number | null)[]) => {
    process.off('exit', killWithUs);
    return code ?? null;
  });
  return { process: server, ended, output: () => output };
}

/** Waits until the site is ready; else says what happened instead. */
async function troubleStarting(
  address: string,
  ended: Promise<number | null>,
): Promise<string | undefined> {
  let exit: number | null | undefined;
  void ended.then((code) => (exit = code));
  for (const begun = Date.now(); Date.now() - begun < 30_000; await sleep(20)) {
    if (exit !== undefined) return `The site ended with exit code ${exit} before it was ready.`;
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return undefined;
  }
  return 'The site was not ready within 30 s.';
}

/** A port that nothing listens on at this moment. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
