import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server under measurement, on a core of its own where the machine lets us choose. */
export interface Peer {
  origin: string;
  stop(): Promise<void>;
}

/** Starts a program with this Node and waits until it says where it listens. */
export async function startPeer(
  args: readonly string[],
  settings: Record<string, string> = {},
): Promise<Peer> {
  const command = pinned([process.execPath, ...args]);
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, NODE_ENV: 'production', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A measurement that fails leaves nothing running.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const origin = await Promise.race([
    addressIn(createInterface({ input: child.stdout })),
    ended.then(([code]) => Promise.reject(new Error(`${args.join(' ')} ended with ${code}.`))),
  ]);
  return {
    origin,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const address = /https?:\/\/[\w.:[\]-]+/.exec(line)?.[0];
    if (address) return address.replace('0.0.0.0', '127.0.0.1');
  }
  throw new Error('A server ended without saying where it listens.');
}

/** Linux only: elsewhere the system decides. */
function pinned(command: readonly string[]): string[] {
  return process.platform === 'linux' ? ['taskset', '-c', '0', ...command] : [...command];
}
