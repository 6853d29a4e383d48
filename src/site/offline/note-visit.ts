import type { Outline } from 'sveltekit-cairn';
import { toWorker } from './to-worker.ts';

/** What of a page says whether it is content, and of which version. */
interface ShownPage {
  url: { pathname: string };
  data: {
    content?: unknown;
    loaded?: { outline: Outline } | null;
    nothing?: { outline: Outline };
  };
}

/** Has a page that was just shown ready for a visit without a network, if it is one of content. */
export function noteVisit({ url, data }: ShownPage): void {
  const version = (data.loaded ?? data.nothing)?.outline.version;
  if (!data.content || version === undefined) return;
  void toWorker({ kind: 'visited', path: url.pathname, version });
}
