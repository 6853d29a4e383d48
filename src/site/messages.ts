import { accounts } from './messages/en/accounts.ts';
import { certificates } from './messages/en/certificates.ts';
import { content } from './messages/en/content.ts';
import { dashboard } from './messages/en/dashboard.ts';
import { exercises } from './messages/en/exercises.ts';
import { offline } from './messages/en/offline.ts';
import { pages } from './messages/en/pages.ts';

// All that the site says lies in one folder for its language. For another one, translate a copy of
// `messages/en` and name it above; the library's components take theirs by `setMessages`.

/** The words around the content: header, pages, lists, errors. */
export const messages = pages;

/** The words of accounts, their refusals and mails. */
export const accountMessages = accounts;

/** The words that rendering adds to a page of Markdown. */
export const contentMessages = content;

/** The words of exercises with questions. */
export const exerciseMessages = exercises;

/** The words of figures and days on the dashboard. */
export const dashboardMessages = dashboard;

/** The words of reading without a network. */
export const offlineMessages = offline;

/** The words of certificates. */
export const certificateMessages = certificates;
