import type { User } from './site/accounts/session.ts';
import type { Cairn } from './site/cairn.ts';
import type { MeantPlace } from './site/ui/meant-place.ts';

declare global {
  namespace App {
    interface Locals {
      /** The running site. */
      cairn: Cairn;
      /** Who is signed in; null for a guest. */
      user: User | null;
      /** Whether the service worker asks for a copy: then nobody is signed in. */
      copy: boolean;
    }

    interface Error {
      /** Names an unexpected failure, which the log has under it. */
      traceId?: string;
      /** What a reader may have looked for whose address leads nowhere. */
      meant?: MeantPlace;
    }
  }
}
