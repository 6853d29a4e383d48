import { randomFillSync } from 'node:crypto';

const BYTES = 16;
const AT_ONCE = 256;

/**
 * Makes ids of 128 random bits, as 32 hexadecimal digits: nobody guesses one. Asks the system for
 * many at a time, which is what takes long.
 */
export function createNewId(): () => string {
  const pool = Buffer.alloc(AT_ONCE * BYTES);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    next += BYTES;
    return pool.toString('hex', next - BYTES, next);
  };
}
