import { refreshAll } from '$app/navigation';
import { page } from '$app/state';
import { COPY_HEADER } from './copy-mark.ts';
import { dataOf } from './copies.ts';

/** Milliseconds that a page's data may take: whoever asked for them went on reading long ago. */
const PATIENCE = 60_000;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 5 * 60_000;

/** How a server says that none of a page's data have changed. */
const UNCHANGED = '{"type":"data","nodes":[]}\n';

/**
 * Keeps the page as it is when its data cannot be had anew. SvelteKit would leave it, and what is
 * being typed would be lost. So whatever comes instead of the data is taken for "nothing has changed",
 * and they are asked for again: when the network is back, when the page is looked at again, and after
 * pauses. Returns how to end it.
 */
export function keepPage(): () => void {
  const { fetch } = window;
  const listening = new AbortController();
  const { signal } = listening;
  let isBehind = false;
  let pause = FIRST_PAUSE;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const retry = () => {
    if (!isBehind || document.visibilityState !== 'visible') return;
    isBehind = false;
    clearTimeout(timer);
    void refreshAll();
  };
  const later = () => {
    isBehind = true;
    clearTimeout(timer);
    timer = setTimeout(retry, pause);
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  };

  // SvelteKit asks by whatever `window.fetch` is then.
  window.fetch = async (input, init) => {
    if (!isRefresh(input)) return fetch(input, init);
    const patience = new AbortController();
    const end = setTimeout(() => patience.abort(), PATIENCE);
    const data = await fetch(input, { ...init, signal: patience.signal })
      .then(wholeData)
      .catch(() => null);
    clearTimeout(end);
    if (data) pause = FIRST_PAUSE;
    else later();
    return data ?? new Response(UNCHANGED);
  };
  window.addEventListener('online', retry, { signal });
  document.addEventListener('visibilitychange', retry, { signal });
  return () => {
    listening.abort();
    clearTimeout(timer);
    window.fetch = fetch;
  };
}

/** Says whether this asks for data of the page that is shown, which has some already. */
function isRefresh(input: RequestInfo | URL): boolean {
  if (typeof input !== 'string' || !input.includes('__data.json') || page.error) return false;
  const asked = new URL(input);
  for (const name of [...asked.searchParams.keys()]) {
    if (name.startsWith('x-sveltekit-')) asked.searchParams.delete(name);
  }
  const shown = new URL(page.url.href);
  // Written as that of `asked` is.
  shown.searchParams.sort();
  asked.searchParams.sort();
  return asked.pathname === dataOf(shown.pathname) && asked.search === shown.search;
}

/** The same answer, if it is all of a page's data, made by the site and now; else null. */
async function wholeData(answer: Response): Promise<Response | null> {
  if (!answer.ok || answer.headers.has(COPY_HEADER)) return null;
  const text = await answer.text();
  const [data] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Partial<Data>);
  const isData = data?.type === 'data' && !data.nodes?.some((node) => node?.type === 'error');
  return isData || data?.type === 'redirect' ? new Response(text, answer) : null;
}

/** What SvelteKit's own data look like, as far as it matters here. */
interface Data {
  type: string;
  nodes: ({ type: string } | null)[];
}
