import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A mail as it arrived. */
export interface ReceivedMail {
  from: string;
  to: string;
  /** Headers and body, quoted-printable undone. */
  text: string;
}

/** A mail server that keeps what it is given. */
export interface MailServer {
  /** For SMTP_URL. */
  url: string;
  /** Waits for the next mail, at most half a minute. */
  next(): Promise<ReceivedMail>;
  stop(): Promise<void>;
}

/** Starts a mail server that speaks just enough SMTP to be sent mails by a real client. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = createServer((socket) => receive(socket, (mail) => mails.push(mail)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    next: async () => {
      for (let tries = 0; tries < 1500; tries++) {
        const mail = mails.shift();
        if (mail) return mail;
        await sleep(20);
      }
      throw new Error('No mail has come.');
    },
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

function receive(socket: Socket, deliver: (mail: ReceivedMail) => void): void {
  let buffer = '';
  let mail: ReceivedMail = { from: '', to: '', text: '' };
  let isData = false;
  const answer = (line: string) => socket.write(`${line}\r\n`);
  answer('220 test');
  socket.setEncoding('utf8').on('data', (part: string) => {
    buffer += part;
    for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      if (isData && line !== '.') {
        mail.text += `${line}\n`;
      } else if (isData) {
        isData = false;
        deliver({ ...mail, text: unquoted(mail.text) });
        mail = { from: '', to: '', text: '' };
        answer('250 kept');
      } else {
        const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
        if (/^MAIL FROM/i.test(line)) mail.from = address;
        if (/^RCPT TO/i.test(line)) mail.to = address;
        isData = /^DATA/i.test(line);
        answer(isData ? '354 go on' : /^QUIT/i.test(line) ? '221 bye' : '250 ok');
      }
    }
  });
  socket.on('error', () => undefined);
}

function unquoted(text: string): string {
  return text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
