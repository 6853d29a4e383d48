import type { Refusal } from 'sveltekit-cairn/server';

/** Below `/api`, the refusal of an address that is none. */
export const NO_SUCH_CALL: Refusal = {
  status: 404,
  code: 'unknown_address',
  detail: 'There is no such address here.',
};
