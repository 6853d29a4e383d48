import { expect, it } from 'vitest';
import type { Answer } from '../support/exchange.ts';
import { expectProper } from '../support/proper-answer.ts';

// The tests of the built site trust `expectProper` to notice what no answer may do.
const NONCE = 'bm9uY2Ugb2YgYSBwYWdl';
const headers = {
  'content-type': 'text/html',
  'content-security-policy': `script-src 'self' 'nonce-${NONCE}'; frame-ancestors 'none'`,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
const body = `<h1 class="on">A</h1><script nonce="${NONCE}">go()</script>`;
const problem = { type: 'a', title: 'A', status: 404, detail: 'A.', code: 'a', traceId: 'a' };

function answer(change: Partial<Answer> = {}): Answer {
  const proper = { status: 200, headers, body, took: 1, ...change };
  return { ...proper, json: () => JSON.parse(proper.body) as unknown };
}

const asProblem = (changed: object, status = 404) =>
  answer({
    status,
    headers: {
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    },
    body: JSON.stringify({ ...problem, ...changed }),
  });

it.each<[string, Answer]>([
  ['a page', answer()],
  [
    'a page that lets no script run',
    answer({
      headers: {
        ...headers,
        'content-security-policy': "script-src 'none'; frame-ancestors 'none'",
      },
      body: '<h1>A</h1>',
    }),
  ],
  ['a problem', asProblem({})],
  [
    'a lesson about SQL',
    answer({ body: '<p>select * from users where id = 1; at f (a.js:1)</p>' }),
  ],
  ['out of order', answer({ status: 503 })],
])('is content with %s', (_, proper) => {
  expect(() => expectProper(proper, 'GET /')).not.toThrow();
});

it.each<[string, Answer]>([
  ...Object.keys(headers)
    .filter((name) => name !== 'content-type')
    .map((name): [string, Answer] => [
      `no ${name}`,
      answer({ headers: { ...headers, [name]: undefined } }),
    ]),
  [
    'a frame that is allowed',
    answer({
      headers: { ...headers, 'content-security-policy': `script-src 'self' 'nonce-${NONCE}'` },
    }),
  ],
  [
    'scripts of any kind',
    answer({
      headers: {
        ...headers,
        'content-security-policy': "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
      },
    }),
  ],
  ['a script without a nonce', answer({ body: '<script>go()</script>' })],
  ['a script with another nonce', answer({ body: '<script nonce="x">go()</script>' })],
  ['a handler in an attribute', answer({ body: '<p onclick="go()">A</p>' })],
  ['a script in an address', answer({ body: '<a href=" javascript:go()">A</a>' })],
  ['a mistake of the program', answer({ status: 500, body: '' })],
  ['a stack', answer({ status: 400, body: 'Error: x\n    at run (a)' })],
  ['a file of the program', answer({ status: 400, body: 'in server.js:12' })],
  ['a folder of the machine', answer({ status: 404, body: 'no /home/ada/cairn' })],
  ['a statement', answer({ status: 422, body: 'insert into users' })],
  ['the name of the database', answer({ status: 422, body: 'SQLITE_CONSTRAINT' })],
  [
    'a cookie that scripts can read',
    answer({
      headers: { ...headers, 'set-cookie': ['a=b; SameSite=Lax'] },
    }),
  ],
  [
    'a cookie that goes anywhere',
    answer({ headers: { ...headers, 'set-cookie': ['a=b; HttpOnly'] } }),
  ],
  ['a problem of another status', asProblem({}, 403)],
  ['a problem without a code', asProblem({ code: undefined })],
  ['a problem with a stack', asProblem({ stack: 'Error' })],
])('is not content with %s', (_, improper) => {
  expect(() => expectProper(improper, 'GET /')).toThrow();
});
