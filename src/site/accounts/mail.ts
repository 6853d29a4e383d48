import { createTransport } from 'nodemailer';
import { accountMessages as text } from '../messages.ts';

/** What mails are sent with, and what they say of the site. */
export interface MailSettings {
  /** The mail server; its query may name the sender: `smtp://…?from=learn@example.org`. */
  smtpUrl: string;
  origin: string;
  siteTitle: string | null;
}

/** Sends one-time links by mail. Rejects when the mail server does not take the mail. */
export function createMailer({ smtpUrl, origin, siteTitle }: MailSettings) {
  const url = new URL(smtpUrl);
  const from = url.searchParams.get('from') ?? `no-reply@${new URL(origin).hostname}`;
  url.searchParams.delete('from');
  const transport = createTransport(url.href, { from: { name: siteTitle ?? '', address: from } });
  const site = siteTitle ?? new URL(origin).host;

  return async (email: string, link: string): Promise<void> => {
    const { subject, body } = text.resetMail(site, link);
    await transport.sendMail({ to: { name: '', address: email }, subject, text: body });
  };
}
