/** What can happen to a request on its way. */
export type Fault =
  | 'cut before the server'
  | 'cut after the server'
  | 'truncated'
  /** Half of the request arrives. */
  | 'half sent'
  | 'delivered twice'
  | 'held back'
  /** The page hears of a failure; the request arrives all the same, after others. */
  | 'delivered late'
  | { status: number; body?: string; headers?: Record<string, string> };

/** A request as it was sent. */
export interface SentBody {
  device: string;
  asUser: string;
  cursor: string | null;
  operations: { seq: number; kind: string; contentId: string }[];
}

/** The way to the server, and what goes wrong on it. */
export interface Network {
  /** A browser's `fetch` over it. */
  fetch: typeof fetch;
  /** What happens to the next requests, in this order. */
  next: Fault[];
  /** What happens to all requests for which nothing else was said. */
  always: Fault | null;
  /** Every body above this is answered 413. */
  most: number;
  /** Lets go of what is held back. */
  release(): void;
  /** The faults that happened, in order: a test that wants one makes sure of it here. */
  readonly happened: Fault[];
  /** The bodies that the server got whole, in order. */
  readonly arrived: SentBody[];
  /** How many requests are on their way and not held back. */
  readonly busy: number;
  /** How many are held back. */
  readonly held: number;
}

/** Makes a network; `answer` is the server. */
export function createNetwork(answer: (request: Request) => Promise<Response>): Network {
  const held: (() => void)[] = [];
  let busy = 0;
  const network = {
    next: [] as Fault[],
    always: null as Fault | null,
    most: Infinity,
    happened: [] as Fault[],
    arrived: [] as SentBody[],
    release: () => held.splice(0).forEach((letGo) => letGo()),
    get busy() {
      return busy;
    },
    get held() {
      return held.length;
    },
  };

  const deliver = async (body: string, isWhole = true) => {
    if (isWhole) network.arrived.push(JSON.parse(body) as SentBody);
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body };
    return answer(new Request('http://cairn.test/api/progress/sync', init));
  };
  const deliverLate = async (body: string) => {
    busy++;
    await deliver(body).finally(() => busy--);
  };
  const cut = () => new TypeError('fetch failed');

  const send = async (body: string, fault: Fault | null, signal: AbortSignal | null) => {
    if (fault === 'held back') {
      busy--;
      await new Promise<void>((resolve, reject) => {
        held.push(resolve);
        signal?.addEventListener('abort', () => reject(cut()));
      }).finally(() => busy++);
    }
    if (fault === 'delivered late') held.push(() => void deliverLate(body));
    if (fault === 'cut before the server' || fault === 'delivered late') throw cut();
    if (fault === 'delivered twice') await deliver(body);
    if (fault === 'half sent') return deliver(body.slice(0, body.length / 2), false);
    if (fault !== null && typeof fault === 'object') {
      const { status, body: text = '', headers = {} } = fault;
      return new Response(text, { status, headers });
    }
    const response = await deliver(body);
    if (fault === 'cut after the server') throw cut();
    if (fault !== 'truncated') return response;
    return new Response((await response.text()).slice(0, -10), response);
  };

  const fetch: typeof globalThis.fetch = async (_, init) => {
    const body = init?.body as string;
    const tooLarge: Fault | null = body.length > network.most ? { status: 413 } : null;
    const fault = tooLarge ?? network.next.shift() ?? network.always;
    if (fault) network.happened.push(fault);
    busy++;
    try {
      return await send(body, fault, init?.signal ?? null);
    } finally {
      busy--;
    }
  };
  return Object.assign(network, { fetch });
}
