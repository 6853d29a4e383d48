import type * as server from './index.ts';

// What a browser bundle gets for 'sveltekit-cairn/server'. An adopter's SvelteKit, which keeps
// server code out of the browser, does not look into node_modules.

/** Every name of the server's entry point: whoever asks for one gets the sentence instead. */
export const {
  createProgressServer,
  isForeign,
  isMissingUser,
  isUnavailable,
  newTraceId,
  openDatabase,
  postgres,
  prepare,
  Problem,
  problemResponse,
  readJson,
  refuseOtherMethods,
  sqlite,
} = refuse();

function refuse(): typeof server {
  throw new Error(
    "'sveltekit-cairn/server' was imported by code that runs in the browser: import it only in " +
      '+server.ts, +page.server.ts, +layout.server.ts, hooks.server.ts or files below a folder ' +
      "named server; in the browser use 'sveltekit-cairn/client'.",
  );
}
