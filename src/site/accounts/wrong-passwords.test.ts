import { beforeEach, expect, it } from 'vitest';
import { withDatabases } from '../../../tests/support/databases.ts';
import { migrateAccounts } from './migrate.ts';
import { createPasswordLock, WRONG_PASSWORDS } from './wrong-passwords.ts';
import type { PasswordLock } from './wrong-passwords.ts';

const { limit, window } = WRONG_PASSWORDS;

withDatabases((kind) => {
  let lock: PasswordLock;
  let anotherProcess: PasswordLock;
  let time: number;
  let number = 0;

  const freshEmail = () => `learner-${(number += 1)}@example.org`;
  const attempt = (email: string, password: 'right' | 'wrong', at = lock) =>
    at.attempt(
      email,
      () => Promise.resolve(password),
      (result) => result === 'wrong',
    );

  beforeEach(async () => {
    const database = await kind.open();
    await migrateAccounts(database);
    time = 1_700_000_000_000;
    lock = createPasswordLock(database, () => time);
    anotherProcess = createPasswordLock(database, () => time);
  });

  it('opens again when the first of ten wrong ones is 15 minutes old', async () => {
    const email = freshEmail();
    for (let each = 0; each < limit; each++) {
      expect(await attempt(email, 'wrong')).toEqual({ result: 'wrong' });
      time += 1000;
    }
    const wait = window / 1000 - limit;
    expect(await attempt(email, 'right')).toEqual({ wait });
    time += wait * 1000 - 1;
    expect(await attempt(email, 'right')).toEqual({ wait: 0.001 });
    time += 1;
    expect(await attempt(email, 'right')).toEqual({ result: 'right' });
    // One has left the window: one more locks it again.
    await attempt(email, 'wrong');
    expect(await attempt(email, 'right')).toEqual({ wait: 1 });
  });

  it('counts for all processes, however the address is spelled, and for this one only', async () => {
    const email = freshEmail();
    for (let each = 0; each < limit; each++) {
      await attempt(
        each % 2 ? email : email.toUpperCase(),
        'wrong',
        each % 2 ? lock : anotherProcess,
      );
    }
    expect(await attempt(email, 'right')).toHaveProperty('wait');
    expect(await attempt(email, 'right', anotherProcess)).toHaveProperty('wait');
    expect(await attempt(freshEmail(), 'right')).toEqual({ result: 'right' });
  });

  it('counts wrong ones only, and forgets none for a right one', async () => {
    const email = freshEmail();
    for (let each = 0; each < limit - 1; each++) await attempt(email, 'wrong');
    for (let each = 0; each < 20; each++) {
      expect(await attempt(email, 'right')).toEqual({ result: 'right' });
    }
    await attempt(email, 'wrong');
    expect(await attempt(email, 'right')).toHaveProperty('wait');
  });

  it('cannot be outrun by a burst', async () => {
    const email = freshEmail();
    const attempts = await Promise.all(Array.from({ length: 50 }, () => attempt(email, 'wrong')));
    expect(attempts.filter((each) => 'result' in each)).toHaveLength(limit);
  });

  it('goes on after an attempt that failed, which counts as none', async () => {
    const email = freshEmail();
    const failed = lock.attempt(
      email,
      () => Promise.reject(new Error('no database')),
      () => true,
    );
    const next = attempt(email, 'right');
    await expect(failed).rejects.toThrow('no database');
    expect(await next).toEqual({ result: 'right' });
  });

  it('forgets an address when told to', async () => {
    const email = freshEmail();
    for (let each = 0; each < limit; each++) await attempt(email, 'wrong');
    await lock.forget(email);
    expect(await attempt(email, 'right')).toEqual({ result: 'right' });
  });
});
