import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { isBuilt } from '../../scripts/build.js';
import { newFolder } from '../../src/site/content/folder.testing.ts';
import type { Files } from '../../src/site/content/folder.testing.ts';

const root = join(import.meta.dirname, '..', '..');

/** How a site differs from the one that `npm start` gives. */
export interface SiteOptions {
  /** A folder with another build and its server.js; default: the project itself. */
  program?: string;
  /** A folder of Markdown; default: the sample courses. */
  content?: string;
  /** Its content by path, instead of a folder: it goes when the site has ended. */
  files?: Files;
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
  /**
   * Asks it to end (SIGTERM), waits, and answers its exit code: null when a signal ended it. Throws
   * with all that it printed when it had ended by itself.
   */
  stop(): Promise<number | null>;
  /** Ends it at once (SIGKILL) and waits until it is gone; its data stay, for another start. */
  kill(): Promise<void>;
}

/**
 * Starts the built site and waits until it is ready. Throws with all that it printed when it ends
 * before, or is not ready within a minute; and when the build is not of the sources as they are.
 */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  if (!isBuilt()) throw new Error('The build is older than the sources: npm run build.');
  const data = options.data ?? newFolder({});
  const ownContent = options.files && newFolder(options.files);
  const server = startServer(options.program ?? root, {
    PORT: '0',
    CONTENT_DIR: ownContent ?? options.content ?? join(root, 'content'),
    DATA_DIR: data,
    ...(options.origin === undefined ? {} : { ORIGIN: options.origin }),
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    ...options.settings,
  });

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    server.process.kill(signal);
    return server.ended;
  }
  let isKilled = false;
  const address = await addressOf(server);
  if (address === undefined) {
    const code = await end('SIGKILL');
    throw new Error(`The site did not become ready; it ended with ${code}.\n${server.output()}`);
  }
  return {
    address,
    origin: options.origin ?? address,
    data,
    pid: server.process.pid!,
    output: server.output,
    async stop() {
      const { exitCode, signalCode } = server.process;
      if (exitCode !== null || (signalCode !== null && !isKilled)) {
        throw new Error(
          `The site ended by itself, with ${exitCode ?? signalCode}: ${server.output()}`,
        );
      }
      const code = await end('SIGTERM');
      if (options.data === undefined) rmSync(data, { recursive: true });
      if (ownContent !== undefined) rmSync(ownContent, { recursive: true });
      return code;
    },
    async kill() {
      isKilled = true;
      await end('SIGKILL');
    },
  };
}

/** Ends a site when the test that it was started in is over. */
export async function duringTest<S extends Site>(starting: Promise<S>): Promise<S> {
  const site = await starting;
  onTestFinished(async () => {
    await site.stop();
  });
  return site;
}

interface Server {
  readonly process: ChildProcess;
  /** Resolves to its exit code: null when a signal ended it. */
  readonly ended: Promise<number | null>;
  output(): string;
}

/** Runs a folder's server.js with these settings and, of this process's own environment, only the PATH. */
function startServer(program: string, settings: Record<string, string>): Server {
  const server = spawn(process.execPath, ['server.js'], {
    cwd: program,
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

/** Where the server says that it listens, once it is ready; nothing if it ends or takes a minute. */
async function addressOf({ process, output }: Server): Promise<string | undefined> {
  const begun = Date.now();
  while (process.exitCode === null && process.signalCode === null) {
    const [, address] = /ready at (\S+)/.exec(output()) ?? [];
    if (address !== undefined) return address;
    if (Date.now() - begun > 60_000) break;
    await sleep(10);
  }
  return undefined;
}
