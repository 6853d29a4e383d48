import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KNOTS } from '../support/knots.ts';
import { PASSWORD } from '../support/visitor.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

/** Nobody's: of the right form, of others, and what a path can hold. */
const WRONG = [
  '0123456789abcdef0123456789abcdef',
  'nothing',
  '%00',
  '%FF',
  'a%2Fb',
  'x'.repeat(500),
  "'%20or%201=1--",
  '%F0%9F%8E%93',
];

let site: WatchedSite;
let bob: Learner;
let address: string;

beforeAll(async () => {
  site = await startWatchedSite({ files: KNOTS });
  bob = await site.signUp();
  address = await finish(bob);
});
afterAll(() => site.stop());

/** Completes the course, and answers the path of the certificate that its page then links to. */
async function finish(learner: Learner): Promise<string> {
  const all = { contentId: 'basics', contentType: 'course', status: 'completed' };
  expect((await learner.post('/api/progress/update', all)).status).toBe(200);
  const course = await learner.get('/rope/basics');
  return /href="(\/certificates\/[0-9a-f]{32})"/.exec(course.body)![1]!;
}

describe('the page of a certificate', () => {
  it('is for anybody who has its address, and tells nothing else of the learner', async () => {
    const { status, body, headers } = await site.send('GET', address);
    expect(status).toBe(200);
    expect(body).toContain('The basics');
    for (const personal of [bob.id, bob.email]) expect(body).not.toContain(personal);
    expect(headers['x-robots-tag']).toBe('noindex');
    expect(headers['cache-control']).toBe('private, no-cache');
    expect(body).toContain('<meta name="robots" content="noindex"');
    const data = await site.send('GET', `${address}/__data.json`);
    expect(data.status).toBe(200);
    for (const personal of [bob.id, bob.email]) expect(data.body).not.toContain(personal);
  });

  it('names its picture by its whole address, as social sites want it', async () => {
    const { body } = await site.send('GET', address);
    const tagOf = (name: string) => new RegExp(`"${name}" content="([^"]*)"`).exec(body)?.[1];
    expect(tagOf('og:url')).toBe(site.origin + address);
    expect(tagOf('og:image')).toBe(`${site.origin}${address}/picture.png`);
    expect(tagOf('twitter:image')).toBe(`${site.origin}${address}/picture.png`);
    expect(tagOf('twitter:card')).toBe('summary_large_image');
    expect(tagOf('og:title')).toContain('has completed “The basics”');
  });

  it('is linked on the dashboard and in each lesson of the course, to its learner alone', async () => {
    const ann = await site.signUp();
    for (const path of ['/dashboard', '/rope/basics/care']) {
      expect((await bob.get(path)).body).toContain(`href="${address}"`);
      expect((await ann.get(path)).body).not.toContain('/certificates/');
      expect((await site.send('GET', path)).body).not.toContain('/certificates/');
    }
  });
});

describe('the picture of a certificate', () => {
  it('is a PNG, which is not sent again as long as it is the same', async () => {
    const path = `${address}/picture.png`;
    const { status, headers } = await site.send('GET', path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, no-cache',
    });
    expect(Number(headers['content-length'])).toBeGreaterThan(10_000);
    const again = await site.send('GET', path, { headers: { 'if-none-match': headers.etag } });
    expect(again).toMatchObject({ status: 304, body: '' });
    const head = await site.send('HEAD', path);
    expect(head.headers['content-length']).toBe(headers['content-length']);
  });
});

describe('what is no certificate', () => {
  it.each(['GET', 'HEAD'])('is not found by %s, whatever its id looks like', async (method) => {
    const answers = await Promise.all(
      WRONG.map(async (id) => {
        const { status, body } = await site.send(method, `/certificates/${id}`);
        return { id, status, says: saidBy(body) };
      }),
    );
    const [first] = answers;
    expect(first!.status).toBe(404);
    if (method === 'GET') expect(first!.says).toContain('This page is not here');
    // An address that is no text is refused before anybody looks for what is there.
    const asked = answers.filter(({ id }) => id !== '%FF');
    for (const { id, status, says } of asked) {
      expect({ status, says }, id).toEqual({ status: 404, says: first!.says });
    }
  });

  it('has no picture either', async () => {
    for (const id of WRONG) {
      const { status } = await site.send('GET', `/certificates/${id}/picture.png`);
      expect(status, id).toBe(id === '%FF' ? 400 : 404);
    }
  });

  it('is one whose account was deleted', async () => {
    const gone = await site.signUp();
    const path = await finish(gone);
    expect((await site.send('GET', `${path}/picture.png`)).status).toBe(200);
    const form = new URLSearchParams({ password: PASSWORD }).toString();
    const deleted = await gone.send('POST', '/account/delete', {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'text/html',
        origin: site.origin,
      },
      body: form,
    });
    expect(deleted.status).toBe(303);
    const unknown = await site.send('GET', `/certificates/${WRONG[0]}`);
    const answer = await site.send('GET', path);
    expect([answer.status, saidBy(answer.body)]).toEqual([404, saidBy(unknown.body)]);
    expect((await site.send('GET', `${path}/picture.png`)).status).toBe(404);
  });
});

/** What a page says to people. */
function saidBy(page: string): string {
  const [main = ''] = /<main[\s\S]*<\/main>/.exec(page) ?? [];
  return main.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}
