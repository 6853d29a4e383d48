// `npm start`: installs and builds what has changed, then becomes the site's server.
import { spawn } from 'node:child_process';
import { buildIfChanged } from './build.js';
import { install } from './install.js';
import { fail, ownNode, root, toolEnvironment } from './project.js';

try {
  await install();
  await buildIfChanged();
  serve();
} catch (problem) {
  fail(problem);
}

/** Runs the server on the project's own Node: it gets our signals, we get its end. */
function serve() {
  const server = spawn(ownNode, ['server.js'], {
    cwd: root,
    env: { ...toolEnvironment, NODE_ENV: 'production' },
    stdio: 'inherit',
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => server.kill(signal));
  }
  server.on('error', fail);
  server.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal !== null) console.error(`The server was ended by ${signal}.`);
  });
}
