// `npm start`: installs and builds what has changed, then runs the site's server until it ends.
import { buildIfChanged } from './build.js';
import { install } from './install.js';
import { fail, ownNode, run, toolEnvironment } from './project.js';

try {
  await install();
  await buildIfChanged();
  const environment = { ...toolEnvironment, NODE_ENV: 'production' };
  process.exitCode = await run(ownNode, ['server.js'], { environment });
} catch (problem) {
  fail(problem);
}
