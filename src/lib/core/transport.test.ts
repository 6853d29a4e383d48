import { describe, expect, test } from 'vitest';
import { transport } from './transport.ts';

const { encode, decode } = transport.ChosenKeys;

describe('the transport', () => {
  test.each(['{"__proto__":1}', '{"a":[],"__proto__":{"b":{"__proto__":null}}}'])(
    'carries %s as it is',
    (text) => {
      const encoded = encode(JSON.parse(text));
      expect(encoded).toBe(text);
      const decoded = decode(encoded as string);
      expect(JSON.stringify(decoded)).toBe(text);
      expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    },
  );

  test.each([null, undefined, 0, '__proto__', ['__proto__'], {}, { proto: 1 }, new Date(0)])(
    'leaves %j to SvelteKit',
    (value) => expect(encode(value)).toBe(false),
  );
});
