import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { postgresPrograms } from '../../scripts/postgres.js';
import { freePort } from './free-port.ts';

/** A PostgreSQL for tests. */
export interface TestPostgres {
  /** Makes an empty database, and gives its address. */
  createDatabase(): Promise<string>;
  /** Makes an empty schema, and gives the address of its database that sees nothing else. */
  createSchema(): Promise<string>;
  /** Drops the databases that were made here, and stops the server if it was started here. */
  stop(): Promise<void>;
}

/** What a test may ask of its PostgreSQL. */
export interface TestPostgresOptions {
  /** Waits for the disk at each commit, as a real one does. Off unless asked for. */
  fsync?: boolean;
}

/**
 * Starts a PostgreSQL in a temporary folder, on a free port that only this machine sees; or uses
 * the one whose address is in TEST_DATABASE_URL.
 *
 * Its databases sort text by the rules of a language, as adopters' do, so that whatever is compared
 * byte by byte has to say so.
 */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given ? { url: given, stop: () => Promise.resolve() } : await startServer(options);
  const created: string[] = [];
  const createDatabase = async () => {
    const name = `cairn_test_${randomBytes(6).toString('hex')}`;
    await asAdmin(server.url, async (admin) => {
      await admin.query(`create database ${name} template template0 ${await inEnglish(admin)}`);
    });
    created.push(name);
    const url = new URL(server.url);
    url.pathname = name;
    return url.href;
  };
  let shared: Promise<string> | undefined;
  return {
    createDatabase,
    createSchema: async () => {
      shared ??= createDatabase();
      const url = new URL(await shared);
      const name = `schema_${randomBytes(6).toString('hex')}`;
      await asAdmin(url.href, (admin) => admin.query(`create schema ${name}`));
      url.searchParams.set('options', `-c search_path=${name}`);
      return url.href;
    },
    stop: async () => {
      await asAdmin(server.url, async (admin) => {
        for (const name of created) await admin.query(`drop database ${name} with (force)`);
      });
      await server.stop();
    },
  };
}

/** Does something on a connection of its own. */
async function asAdmin<T>(url: string, use: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}

async function inEnglish(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query("select 1 from pg_collation where collname = 'en-x-icu'");
  return rows.length > 0 ? "encoding 'UTF8' locale_provider icu icu_locale 'en'" : '';
}

interface Server {
  url: string;
  stop(): Promise<void>;
}

async function startServer({ fsync = false }: TestPostgresOptions): Promise<Server> {
  const programs = postgresPrograms();
  if (programs === undefined) {
    throw new Error('There is no PostgreSQL for the tests: npm test installs one.');
  }
  const folder = await mkdtemp(join(tmpdir(), 'cairn-postgres-'));
  const owner = serverUser();
  if (owner) await chown(folder, owner.uid, owner.gid);
  const start = (program: string, args: string[]) =>
    spawn(join(programs, program), args, { ...owner, cwd: folder, stdio: 'pipe' });

  const data = join(folder, 'data');
  const options = ['--encoding=UTF8', '--locale=C', '--auth=trust', '--username=cairn'];
  await finished(start('initdb', [`--pgdata=${data}`, '--no-sync', ...options]));

  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    `fsync=${fsync ? 'on' : 'off'}`,
  ];
  const server = start('postgres', ['-D', data, ...settings.flatMap((each) => ['-c', each])]);
  const onExit = () => server.kill('SIGQUIT');
  process.once('exit', onExit);
  const url = `postgres://cairn@127.0.0.1:${port}/postgres`;
  await answering(server, url);
  return {
    url,
    stop: async () => {
      process.off('exit', onExit);
      const stopped = once(server, 'exit');
      server.kill('SIGINT');
      await stopped;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: it then runs as a user who owns nothing else. */
function serverUser():
  (Pick<SpawnOptions, 'uid' | 'gid'> & { uid: number; gid: number }) | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].map((name) => users.find(([each]) => each === name));
  const [, , uid, gid] = user.find((each) => each !== undefined) ?? [];
  if (!uid || !gid)
    throw new Error('PostgreSQL needs a user besides root: add one called postgres.');
  return { uid: Number(uid), gid: Number(gid) };
}

async function finished(program: ChildProcess): Promise<void> {
  let output = '';
  program.stderr?.on('data', (text) => (output += String(text)));
  program.stdout?.resume();
  const [code] = (await once(program, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program.spawnfile} failed: ${output}`);
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  let output = '';
  server.stderr?.on('data', (text) => (output += String(text)));
  server.stdout?.resume();
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (server.exitCode !== null) break;
    const isUp = await asAdmin(url, () => Promise.resolve(true)).catch(() => false);
    if (isUp) return;
    await pause(50);
  }
  throw new Error(`PostgreSQL does not start: ${output}`);
}
