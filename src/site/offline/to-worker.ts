/** What a page tells the service worker. */
export type ToWorker =
  | { kind: 'visited'; path: string; version: string }
  /** Answered through a port that comes with it. */
  | { kind: 'keep'; course: string };

/** How far a course is on its way to the device: pages, and bytes of those that are there. */
interface Pages {
  done: number;
  total: number;
  bytes: number;
}

/** What the worker says while it keeps a course, and at the end. Sizes are in bytes. */
export type FromWorker =
  | ({ kind: 'keeping' | 'kept' | 'interrupted' } & Pages)
  /** Nothing of it stays. Null is what cannot be known. */
  | { kind: 'full'; needed: number | null; available: number | null };

/** Says something to the worker once there is one; without any, nothing happens. */
export async function toWorker(message: ToWorker, transfer: Transferable[] = []): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage(message, transfer);
}
