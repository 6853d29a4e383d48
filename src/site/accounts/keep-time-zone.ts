/**
 * Keeps this browser's time zone with the account that is signed in, and says whether that is done.
 * When it fails it is no matter: the next visit tries again, and until then days are those of UTC.
 */
export async function keepTimeZone(): Promise<boolean> {
  const body = new FormData();
  body.set('timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  const init = { method: 'POST', headers: { 'x-sveltekit-action': 'true' }, body };
  // What nobody reads would keep the connection open.
  return fetch('/account', init)
    .then((answer) => answer.text().then(() => answer.ok))
    .catch(() => false);
}
