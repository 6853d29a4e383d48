import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { checkSecret, keptSecret } from './accounts/secret.ts';
import { StartError } from './start-error.ts';

/** All that the owner of a site may decide, read once at start. */
export interface Settings {
  /** The public address: scheme, host and port, without a slash at the end. */
  readonly origin: string;
  /** The folder of Markdown, as an absolute path. It is there and may be read. */
  readonly contentDir: string;
  /** The folder of the site's own files, as an absolute path. It is there and may be written. */
  readonly dataDir: string;
  /** A PostgreSQL address; null keeps everything in an SQLite file in `dataDir`. */
  readonly databaseUrl: string | null;
  /** What session cookies are signed with: 32 characters or more. */
  readonly authSecret: string;
  /** Null takes the title of the content's root page. */
  readonly siteTitle: string | null;
  readonly signUp: 'open' | 'closed';
  /** The mail server; null sends no mail. */
  readonly smtpUrl: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the site's settings from environment variables; an empty one counts as absent. Makes
 * `DATA_DIR`, and in it the secret that nobody set. Throws a `StartError` whose one sentence names
 * the variable and what to do.
 */
export function readSettings(env: Environment, defaults: { origin?: string } = {}): Settings {
  checkAddressHeader(env);
  const dataDir = writableFolder(env['DATA_DIR'] || 'data');
  return {
    origin: readOrigin(env['ORIGIN'] || defaults.origin || defaultOrigin(env)),
    contentDir: readableFolder(env['CONTENT_DIR'] || 'content'),
    dataDir,
    databaseUrl: readUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    authSecret: env['AUTH_SECRET'] ? checkSecret(env['AUTH_SECRET']) : keptSecret(dataDir),
    siteTitle: env['SITE_TITLE'] || null,
    signUp: readSignUp(env['SIGN_UP'] || 'open'),
    smtpUrl: readUrl(env, 'SMTP_URL', ['smtp:', 'smtps:']),
  };
}

/** The address under which a server without `ORIGIN` is reached from its own machine. */
function defaultOrigin(env: Environment): string {
  const host = env['HOST'] || '127.0.0.1';
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${env['PORT'] || '3000'}`;
}

function readOrigin(text: string): string {
  const url = URL.parse(text);
  const isOrigin =
    (url?.protocol === 'http:' || url?.protocol === 'https:') &&
    url.href === `${url.origin}/` &&
    !/[?#]/.test(text);
  if (isOrigin) return url.origin;
  throw new StartError(
    `ORIGIN must be the site's public address without a path, such as https://learn.example.org, not "${text}".`,
  );
}

/** The value itself never enters the sentence: it holds a password. */
function readUrl(env: Environment, name: string, protocols: readonly string[]): string | null {
  const text = env[name];
  if (!text) return null;
  const url = URL.parse(text);
  if (url && protocols.includes(url.protocol)) return text;
  throw new StartError(`${name} must be an address that begins with ${protocols[0]}//.`);
}

function readSignUp(text: string): 'open' | 'closed' {
  if (text === 'open' || text === 'closed') return text;
  throw new StartError(`SIGN_UP must be "open" or "closed", not "${text}".`);
}

/** SvelteKit's adapter reads these two itself, and would fail at the first request. */
function checkAddressHeader(env: Environment): void {
  const header = env['ADDRESS_HEADER'];
  if (header && !/^[\w-]+$/.test(header)) {
    throw new StartError(`ADDRESS_HEADER must be the name of a header, not "${header}".`);
  }
  const depth = env['XFF_DEPTH'];
  if (depth && !/^[1-9]\d?$/.test(depth)) {
    throw new StartError(
      `XFF_DEPTH must be the number of trusted proxies, 1 to 99, not "${depth}".`,
    );
  }
}

function readableFolder(path: string): string {
  const folder = resolve(path);
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    if (statSync(folder).isDirectory()) return folder;
  } catch {
    // Said below: whatever the cause, the folder cannot be used.
  }
  throw new StartError(`CONTENT_DIR must be a folder that can be read, but ${folder} is not.`);
}

function writableFolder(path: string): string {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return folder;
  } catch {
    throw new StartError(`DATA_DIR must be a folder that can be written, but ${folder} is not.`);
  }
}
