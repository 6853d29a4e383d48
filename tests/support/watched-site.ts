import { Agent } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { dumpOf } from './database-dump.ts';
import { exchange } from './exchange.ts';
import type { Answer, Sent } from './exchange.ts';
import { expectProper } from './proper-answer.ts';
import { startSite } from './site.ts';
import type { Site, SiteOptions } from './site.ts';
import { PASSWORD, signUp } from './visitor.ts';

/** Sends a request and waits for its answer, at most 20 s. */
export type Send = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** Somebody with an account, signed in without a browser. */
export interface Learner {
  readonly id: string;
  readonly email: string;
  /** The `Cookie` header of the session. */
  readonly cookie: string;
  /** Sends as this learner. */
  readonly send: Send;
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>;
  /** Posts JSON. */
  post(path: string, body: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
}

/** A running site that is held to what every answer and every line of its log must keep. */
export interface WatchedSite extends Site {
  /** Sends as nobody; fails on an answer that is not proper, whatever was asked. */
  send: Send;
  /** Makes an account of its own. */
  signUp(): Promise<Learner>;
  /** All that its database holds, as text: equal dumps mean that nothing was changed. */
  dump(): Promise<string>;
  /** Ends it; fails when its log names an e-mail address, a password or a session. */
  stop(): Promise<number | null>;
}

/** Starts the built site, and watches it. */
export async function startWatchedSite(options: SiteOptions = {}): Promise<WatchedSite> {
  const site = await startSite(options);
  const agent = new Agent({ keepAlive: true });
  const send: Send = async (method, path, sent = {}) => {
    const answer = await exchange(site.address, agent, { method, path, ...sent });
    expectProper(answer, `${method} ${path.slice(0, 200)}`);
    return answer;
  };
  const secrets = new Set([PASSWORD]);

  return {
    ...site,
    send,
    async signUp() {
      const { id, email, cookie } = await signUp(site);
      const session = cookie();
      const token = decodeURIComponent(session.slice(session.indexOf('=') + 1));
      for (const secret of [email, session, token, token.split('.')[0]!]) secrets.add(secret);
      return learnerOf(send, { id, email, cookie: session });
    },
    dump: () => dumpOf(options.databaseUrl ?? join(site.data, 'cairn.db')),
    async stop() {
      agent.destroy();
      const code = await site.stop();
      const told = [...secrets].filter((secret) => site.output().includes(secret));
      expect(told, 'the log names them').toEqual([]);
      return code;
    },
  };
}

function learnerOf(send: Send, account: Pick<Learner, 'id' | 'email' | 'cookie'>): Learner {
  const { cookie } = account;
  const sendAs: Send = (method, path, { headers, ...sent } = {}) =>
    send(method, path, { headers: { cookie, ...headers }, ...sent });
  return {
    ...account,
    send: sendAs,
    get: (path, headers = {}) => sendAs('GET', path, { headers }),
    post: (path, body, headers = {}) =>
      sendAs('POST', path, {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}
