/**
 * Keeps this browser's time zone with the account that is signed in. When that fails it is no matter:
 * the next visit tries again, and until then days are counted by UTC.
 */
export async function keepTimeZone(): Promise<void> {
  const body = new FormData();
  body.set('timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  await fetch('/account', {
    method: 'POST',
    headers: { 'x-sveltekit-action': 'true' },
    body,
  }).catch(() => undefined);
}
