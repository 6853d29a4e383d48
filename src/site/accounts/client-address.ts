import type { RequestEvent } from '@sveltejs/kit';

/**
 * The network address that a request comes from: the connection's, or what the header says that
 * the settings name. All requests share one address that come past the proxy, without the header.
 */
export function clientAddress(event: RequestEvent): string {
  try {
    return event.getClientAddress();
  } catch {
    return 'past the proxy';
  }
}
