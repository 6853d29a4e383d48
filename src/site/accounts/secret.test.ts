import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSecret, keptSecret } from './secret.ts';

const run = promisify(execFile);

describe('a secret that is set', () => {
  it.each([
    ['short', 'abcdefghijklmnopqrstuvwxyz01234'],
    ['of few different characters', 'abababababababababababababababababababab'],
    ['known from a manual', 'better-auth-secret-12345678901234567890'],
    ['known in part', 'my-0123456789ABCDEF-and-some-more-letters'],
  ])('is refused when it is %s', (_, secret) => {
    expect(() => checkSecret(secret)).toThrow(/^AUTH_SECRET must be at least 32 random characters/);
  });

  it('is taken when it is long and random', () => {
    const secret = 'Zq3v9LxT0aWm7kYp2sRf8dHj4nBc6uGe';
    expect(checkSecret(secret)).toBe(secret);
  });
});

describe('a secret that nobody set', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cairn-secret-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is made once, for its owner only', () => {
    const secret = keptSecret(folder);
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(keptSecret(folder)).toBe(secret);
    expect(readdirSync(folder)).toEqual(['auth-secret']);
    expect(statSync(join(folder, 'auth-secret')).mode & 0o777).toBe(0o600);
  });

  it('is the same for processes that make it at once', async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'secret.ts'));
    const program = `import(${module}).then((m) => console.log(m.keptSecret(process.argv[1])))`;
    const outputs = await Promise.all(
      Array.from({ length: 6 }, () => run(process.execPath, ['-e', program, folder])),
    );
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(outputs[0]?.stdout.trim()).toBe(keptSecret(folder));
  });

  it('is refused when its file was cut off, rather than replaced', () => {
    writeFileSync(join(folder, 'auth-secret'), 'half');
    expect(() => keptSecret(folder)).toThrow(/is not whole: restore it from a backup/);
  });
});
