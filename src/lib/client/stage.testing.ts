/** What a page can be told by its browser. */
export type PageEvent = 'online' | 'offline' | 'visible' | 'hidden' | 'pagehide' | 'awake';

/** As much of a browser's page as the client listens to. */
export interface FakePage {
  /** Does something as code of this page, which finds its own `window`, `document` and `navigator`. */
  run<T>(work: () => T): T;
  tell(event: PageEvent): void;
}

const GLOBALS = ['window', 'document', 'navigator'] as const;

/** Makes a page. Code that runs outside of any finds the page that ran last. */
export function createPage(): FakePage {
  const window = new ForgettableTarget();
  const document = Object.assign(new ForgettableTarget(), { visibilityState: 'visible' });
  const navigator = { onLine: true };
  const own = { window, document, navigator };
  const run = <T>(work: () => T): T => {
    for (const name of GLOBALS) {
      Object.defineProperty(globalThis, name, { value: own[name], configurable: true });
    }
    return work();
  };
  return {
    run,
    tell: (event) =>
      run(() => {
        if (event === 'online' || event === 'offline') navigator.onLine = event === 'online';
        if (event === 'visible' || event === 'hidden') {
          document.visibilityState = event;
          document.dispatchEvent(new Event('visibilitychange'));
        } else if (event === 'awake') {
          window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
        } else {
          window.dispatchEvent(new Event(event));
        }
      }),
  };
}

/**
 * An event target that goes when nobody holds it, whatever listens: Node keeps one for good that a
 * listener was given together with a signal.
 */
class ForgettableTarget extends EventTarget {
  override addEventListener(
    type: string,
    listener: (event: Event) => void,
    options: AddEventListenerOptions = {},
  ): void {
    const { signal, ...others } = options;
    super.addEventListener(type, listener, others);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener));
  }
}

/** Leaves `window`, `document` and `navigator` as they were; call it before the first page. */
export function keepGlobals(): () => void {
  const kept = GLOBALS.map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  return () => {
    for (const [name, descriptor] of kept) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}
