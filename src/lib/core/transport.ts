/**
 * How a page's data reach the browser: SvelteKit's own format fails on a key called `__proto__`,
 * which is plain data where learners choose keys (devices, attempts, what they saved). The
 * `transport` hook of a site whose `load` returns what `progress.load()` gave.
 *
 * @example
 * // src/hooks.ts
 * export { transport } from 'sveltekit-cairn';
 */
export const transport = {
  ChosenKeys: {
    encode: (value: unknown): string | false => hasProtoKey(value) && JSON.stringify(value),
    decode: (text: string): unknown => JSON.parse(text),
  },
};

function hasProtoKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__');
}
