import type { Catalogue } from 'sveltekit-cairn';
import { createCatalogue } from 'sveltekit-cairn';
import type { Database, ProgressServer } from 'sveltekit-cairn/server';
import { createProgressServer } from 'sveltekit-cairn/server';
import { openAccounts } from './accounts/accounts.ts';
import type { Accounts } from './accounts/accounts.ts';
import { createMailer } from './accounts/mail.ts';
import { createPictures } from './certificates/pictures.ts';
import type { Pictures } from './certificates/pictures.ts';
import type { SiteContent } from './content/content.ts';
import { createContent } from './content/content.ts';
import { RESERVED_PATHS } from './content/reserved-paths.ts';
import { gradeAnswers } from './exercises/grade.ts';
import { openSiteDatabase } from './database.ts';
import type { Settings } from './settings.ts';
import { log, logFailure } from './trace.ts';

/** The running site: all its parts, made once at start and handed to each request. */
export interface Cairn {
  readonly settings: Settings;
  readonly database: Database;
  readonly accounts: Accounts;
  readonly content: SiteContent;
  readonly progress: ProgressServer;
  readonly pictures: Pictures;
  /** The content as progress knows it: in development as the files are now. */
  catalogue(): Catalogue;
  /** Resolves when the database has just taken a write; throws when it does not. */
  ready(): Promise<void>;
  /** Finishes what is under way and closes the database. */
  close(): Promise<void>;
}

/**
 * Starts the site: reads the content, opens the database and brings its tables up to date, users
 * first. Throws a `StartError` or a `ContentError` when settings or content do not let it start.
 */
export async function startCairn(settings: Settings, { development = false } = {}): Promise<Cairn> {
  const { origin, authSecret: secret, contentDir, signUp, smtpUrl } = settings;
  const content = createContent({
    dir: contentDir,
    reserved: RESERVED_PATHS,
    watch: development,
    drafts: development,
  });
  const catalogue = catalogueOf(content);
  const siteTitle = settings.siteTitle ?? content.title ?? null;

  const database = await openSiteDatabase(settings);
  const sendResetLink = smtpUrl ? createMailer({ smtpUrl, origin, siteTitle }) : null;
  const accounts = await openAccounts({ database, origin, secret, signUp, sendResetLink, log });
  const progress = createProgressServer({
    catalogue,
    database,
    users: { table: 'users', key: 'id', type: 'text', name: 'name' },
    identify: ({ locals }) => locals.user?.id ?? null,
    grade: (contentId, answers) => gradeAnswers(content.questions(contentId), answers).score,
    onError: (error, traceId) => logFailure(traceId, 'Progress', error),
  });
  await progress.migrate();

  return {
    settings,
    database,
    accounts,
    content,
    progress,
    pictures: createPictures(siteTitle ?? 'Cairn', () => performance.now()),
    catalogue,
    ready: createReadyCheck(progress),
    close: async () => {
      await accounts.close();
      await progress.close();
      await database.close();
    },
  };
}

/** The catalogue of the content, made anew when the content is another. */
function catalogueOf(source: SiteContent): () => Catalogue {
  let made = { content: source.content, catalogue: createCatalogue(source.content) };
  return () => {
    const { content } = source;
    if (content !== made.content) made = { content, catalogue: createCatalogue(content) };
    return made.catalogue;
  };
}

/** Asks the database at most once a second: the question is a write, and anyone may ask. */
function createReadyCheck(progress: ProgressServer): () => Promise<void> {
  let asked = { at: -Infinity, answer: Promise.resolve() };
  return () => {
    const now = performance.now();
    if (now - asked.at > 1000) asked = { at: now, answer: progress.ready() };
    return asked.answer;
  };
}
