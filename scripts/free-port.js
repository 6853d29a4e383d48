import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems lend to whoever asks for any: nobody is given one of these by chance. */
const OURS = { from: 20_000, to: 32_000 };

/** A port of this machine that is free, and stays so for a server that stops and starts again. */
export async function freePort() {
  for (;;) {
    const port = OURS.from + Math.floor(Math.random() * (OURS.to - OURS.from));
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
