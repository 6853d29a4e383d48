import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';

/** Secrets that can be read in manuals: what they sign, anybody can sign. */
const KNOWN_SECRETS = ['better-auth-secret-12345678901234567890', '0123456789abcdef'];

const MIN_LENGTH = 32;

/** So many different characters a random secret of that length always has. */
const MIN_DIFFERENT = 10;

/** Answers a secret that is fit to sign cookies with. Throws a `StartError` for any other. */
export function checkSecret(secret: string): string {
  if (isFit(secret)) return secret;
  throw new StartError(
    'AUTH_SECRET must be at least 32 random characters: make one with "openssl rand -base64 32", or leave it out and the site makes its own.',
  );
}

/**
 * The secret that is kept in a folder, made at first use. Of several processes that make one at
 * the same moment one wins, and all answer its secret.
 */
export function keptSecret(folder: string): string {
  const file = join(folder, 'auth-secret');
  const secret = read(file) ?? make(file);
  if (isFit(secret)) return secret;
  throw new StartError(
    `The secret in ${file} is not whole: restore it from a backup, or delete it and everybody signs in again.`,
  );
}

function isFit(secret: string): boolean {
  const isKnown = KNOWN_SECRETS.some((each) => secret.toLowerCase().includes(each));
  return secret.length >= MIN_LENGTH && new Set(secret).size >= MIN_DIFFERENT && !isKnown;
}

function make(file: string): string {
  const own = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeDurably(own, randomBytes(32).toString('base64url'));
    // Unlike a rename, a link never replaces what another process has put there meanwhile.
    linkSync(own, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw unusable(file, error);
  } finally {
    rmSync(own, { force: true });
  }
  return read(file) ?? '';
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, `${text}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw unusable(file, error);
  }
}

function unusable(file: string, cause: unknown): StartError {
  return new StartError(
    `The secret in ${file} cannot be read or made: give the site that folder, or set AUTH_SECRET.`,
    { cause },
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
