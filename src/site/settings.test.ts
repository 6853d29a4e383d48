import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { StartError } from './start-error.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-settings-'));
  mkdirSync(join(folder, 'content'));
  env = { CONTENT_DIR: join(folder, 'content'), DATA_DIR: join(folder, 'data') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('needs nothing to be set', () => {
  const { authSecret, ...settings } = readSettings(env);
  expect(settings).toEqual({
    origin: 'http://127.0.0.1:3000',
    contentDir: join(folder, 'content'),
    dataDir: join(folder, 'data'),
    databaseUrl: null,
    siteTitle: null,
    signUp: 'open',
    smtpUrl: null,
  });
  expect(readSettings(env).authSecret, 'is kept').toBe(authSecret);
});

it('takes what is set, and an empty value for nothing', () => {
  const secret = 'Zq3v9LxT0aWm7kYp2sRf8dHj4nBc6uGe';
  expect(
    readSettings({
      ...env,
      ORIGIN: 'https://learn.example.org/',
      DATABASE_URL: 'postgres://cairn@localhost/cairn',
      AUTH_SECRET: secret,
      SITE_TITLE: 'Knots',
      SIGN_UP: 'closed',
      SMTP_URL: 'smtps://mail.example.org',
      XFF_DEPTH: '',
    }),
  ).toMatchObject({
    origin: 'https://learn.example.org',
    databaseUrl: 'postgres://cairn@localhost/cairn',
    authSecret: secret,
    siteTitle: 'Knots',
    signUp: 'closed',
    smtpUrl: 'smtps://mail.example.org',
  });
});

it('makes its address of HOST and PORT when ORIGIN is not set', () => {
  expect(readSettings({ ...env, HOST: '::1', PORT: '8080' }).origin).toBe('http://[::1]:8080');
  expect(readSettings(env, { origin: 'http://localhost:5173' }).origin).toBe(
    'http://localhost:5173',
  );
});

it.each([
  ['ORIGIN', 'learn.example.org'],
  ['ORIGIN', 'ftp://learn.example.org'],
  ['ORIGIN', 'https://learn.example.org/courses'],
  ['ORIGIN', 'https://learn.example.org?x=1'],
  ['ORIGIN', 'https://learn.example.org/?'],
  ['ORIGIN', 'https://user:password@learn.example.org'],
  ['DATABASE_URL', 'mysql://localhost'],
  ['DATABASE_URL', 'cairn.db'],
  ['AUTH_SECRET', 'secret'],
  ['SIGN_UP', 'no'],
  ['SMTP_URL', 'mail.example.org'],
  ['ADDRESS_HEADER', 'X-Real-IP: 1'],
  ['XFF_DEPTH', '0'],
  ['XFF_DEPTH', 'two'],
  ['CONTENT_DIR', '/nowhere/at/all'],
  ['CONTENT_DIR', import.meta.filename],
  ['DATA_DIR', join(import.meta.filename, 'data')],
])('refuses %s=%s in one sentence that names it', (name, value) => {
  const read = () => readSettings({ ...env, [name]: value });
  expect(read).toThrow(StartError);
  expect(read).toThrow(new RegExp(`^${name} must be [^\\n]+[^.]\\.$`));
});

it('never repeats an address that may hold a password', () => {
  const secret = 'a-password';
  for (const name of ['DATABASE_URL', 'SMTP_URL']) {
    expect(() => readSettings({ ...env, [name]: `http://me:${secret}@host` })).not.toThrow(secret);
    expect(() => readSettings({ ...env, [name]: `http://me:${secret}@host` })).toThrow(name);
  }
});

it('refuses a data folder whose place is taken by a file', () => {
  writeFileSync(join(folder, 'data'), '');
  expect(() => readSettings(env)).toThrow(/^DATA_DIR must be a folder that can be written/);
});
