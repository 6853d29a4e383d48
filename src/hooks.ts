import type { Transport } from '@sveltejs/kit/hooks';

/**
 * How a page's data reach the browser. SvelteKit's own format fails on a key called `__proto__`,
 * which is plain data where learners choose keys: devices, attempts, what they saved.
 */
export const transport: Transport = {
  ChosenKeys: {
    encode: (value: unknown) => hasProtoKey(value) && JSON.stringify(value),
    decode: (text: string) => JSON.parse(text) as unknown,
  },
};

function hasProtoKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__');
}
