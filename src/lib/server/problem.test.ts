import { expect, test } from 'vitest';
import { newTraceId, Problem, problemResponse, readJson, refuseOtherMethods } from './index.ts';
import { MAX_BODY_BYTES } from '../core/index.ts';

const ADDRESS = 'https://site.example/api/mine';

/** An endpoint of an adopter, which refuses as ours do. */
async function mine(request: Request): Promise<Response> {
  try {
    refuseOtherMethods(request, 'POST');
    return Response.json(await readJson(request));
  } catch (error) {
    if (error instanceof Problem) return problemResponse(error);
    throw error;
  }
}

const json = (body: string) =>
  new Request(ADDRESS, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

test('an endpoint of somebody else’s reads JSON and refuses as ours do', async () => {
  expect(await (await mine(json('{"__proto__":1}'))).text()).toBe('{"__proto__":1}');

  const refusals = [
    { request: new Request(ADDRESS), status: 405, code: 'method_not_allowed' },
    {
      request: new Request(ADDRESS, { method: 'POST', body: '{}' }),
      status: 415,
      code: 'not_json',
    },
    { request: json('{"a":'), status: 400, code: 'invalid_json' },
    { request: json(' '.repeat(MAX_BODY_BYTES + 1)), status: 413, code: 'too_large' },
  ];
  for (const { request, ...refusal } of refusals) {
    const answer = await mine(request);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.status).toBe(refusal.status);
    expect(await answer.json()).toMatchObject(refusal);
  }
});

test('a refusal of one’s own says its code, its fields and when to come back', async () => {
  const traceId = newTraceId();
  const refusal = {
    status: 429,
    code: 'too_many_mails',
    detail: 'Wait a little.',
    errors: [{ path: 'email', message: 'had three already' }],
    retryAfter: 1.2,
    headers: { 'x-mails': '3' },
  };
  const answer = problemResponse(refusal, traceId);
  expect(answer.status).toBe(429);
  expect(Object.fromEntries(answer.headers)).toEqual({
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'retry-after': '2',
    'x-mails': '3',
  });
  expect(await answer.json()).toEqual({
    type: 'urn:cairn:problem:too_many_mails',
    title: 'Too Many Requests',
    status: 429,
    detail: 'Wait a little.',
    code: 'too_many_mails',
    errors: [{ path: 'email', message: 'had three already' }],
    traceId,
  });
});
