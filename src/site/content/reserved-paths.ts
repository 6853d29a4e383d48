/**
 * First parts of paths that belong to the site itself, so that no content may lie there. A route
 * or static file that is missing here fails a test.
 */
export const RESERVED_PATHS: readonly string[] = [
  '_app',
  'account',
  'api',
  'catalogue.json',
  'certificates',
  'dashboard',
  'device',
  'favicon.svg',
  'forgot-password',
  'healthz',
  'offline',
  'readyz',
  'reset-password',
  'robots.txt',
  'service-worker.js',
  'sign-in',
  'sign-out',
  'sign-up',
  'sitemap.xml',
];
