/** Sends a one-time link, with which the owner of an e-mail address sets a new password. */
export type SendResetLink = (email: string, link: string) => Promise<void>;

/** What reset links are made and sent with. */
interface ResetLinkSettings {
  /** The site's public address. */
  origin: string;
  sendResetLink: SendResetLink | null;
  log: (line: string) => void;
}

/**
 * Makes reset links of tokens and sends them. Nobody waits for a mail: how long an answer takes
 * would tell whether the address has an account. `sent` resolves when all are on their way.
 */
export function createResetLinks({ origin, sendResetLink, log }: ResetLinkSettings) {
  const sending = new Set<Promise<unknown>>();
  return {
    send: (email: string, token: string): void => {
      if (!sendResetLink) return;
      const link = `${origin}/reset-password?token=${encodeURIComponent(token)}`;
      const mail = sendResetLink(email, link)
        .catch((error: unknown) => log(`A mail was not sent: ${codeOf(error)}`))
        .finally(() => sending.delete(mail));
      sending.add(mail);
    },
    sent: async (): Promise<void> => {
      await Promise.all(sending);
    },
  };
}

/** A mail server's own words name the address; its code does not. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
