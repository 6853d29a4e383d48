// `npm run account:reset -- <e-mail>` prints a one-time link with which the account's owner sets a
// new password. It needs the settings that the site runs with: ORIGIN, DATA_DIR, DATABASE_URL ...
import { openAccounts } from '../src/site/accounts/accounts.ts';
import { openSiteDatabase } from '../src/site/database.ts';
import { readSettings } from '../src/site/settings.ts';
import { fail } from './project.js';

try {
  const [email] = process.argv.slice(2);
  if (email === undefined)
    throw new Error('Name an e-mail address: npm run account:reset -- <e-mail>');
  console.log(await resetLink(email));
} catch (problem) {
  fail(problem);
}

/**
 * Makes the link that a mail would hold.
 * @param {string} email
 * @returns {Promise<string>}
 */
async function resetLink(email) {
  const settings = readSettings(process.env);
  const database = await openSiteDatabase(settings);
  /** @type {string[]} */
  const links = [];
  try {
    const accounts = await openAccounts({
      database,
      origin: settings.origin,
      secret: settings.authSecret,
      signUp: settings.signUp,
      sendResetLink: async (_, link) => void links.push(link),
      log: console.error,
    });
    const caller = { cookie: null, address: 'this machine' };
    const answer = await accounts.call('request-password-reset', { email }, caller);
    if (!answer.ok) throw new Error(answer.errors?.[0]?.message ?? answer.detail);
  } finally {
    await database.close();
  }
  const [link] = links;
  if (link === undefined) throw new Error(`There is no account with the address ${email}.`);
  return link;
}
