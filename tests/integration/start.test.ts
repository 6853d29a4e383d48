import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { folderWith, page } from '../../src/site/content/folder.testing.ts';
import type { Files } from '../../src/site/content/folder.testing.ts';
import { KNOTS } from '../support/knots.ts';
import { duringTest, startSite } from '../support/site.ts';
import { startWatchedSite } from '../support/watched-site.ts';

/** Seconds of the processor that a start may take. */
const START = 3;

/** How long a process has been at work: what others do to the machine is not its fault. */
function processorSeconds(pid: number): number {
  const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
  return time.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
}

it('the built site answers soon, and again when it is started on what it left', async () => {
  const data = folderWith({});
  for (const start of ['first', 'second']) {
    const site = await startSite({ data });
    const answer = await fetch(site.address);
    expect(answer.status).toBe(200);
    expect(processorSeconds(site.pid), `the ${start} start`).toBeLessThan(START);
    expect(await site.stop()).toBe(0);
  }
});

it('a mark under way when the site is asked to end is answered, and kept', async () => {
  const data = folderWith({});
  const first = await startWatchedSite({ files: KNOTS, data });
  const { cookie } = await first.signUp();
  const body = JSON.stringify({ contentId: 'clove', contentType: 'lesson', status: 'completed' });
  const sent = request(`${first.address}/api/progress/update`, {
    method: 'POST',
    headers: {
      cookie,
      'content-type': 'application/json',
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    sent.on('error', reject).on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
  });
  // The server says so when it has read the head and waits for the rest.
  await once(sent, 'continue');
  sent.write(body.slice(0, 20));

  const ended = first.stop();
  await expect.poll(() => fetch(first.address).then(Boolean, () => 'refused')).toBe('refused');
  sent.end(body.slice(20));
  expect(await answered).toBe(200);
  expect(await ended).toBe(0);

  const second = await duringTest(startWatchedSite({ files: KNOTS, data }));
  const kept = await second.send('GET', '/api/progress/content?contentId=clove', {
    headers: { cookie },
  });
  expect(kept.json()).toMatchObject({ status: 'completed' });
});

describe('content with an error keeps the site from starting, and names file and line', () => {
  const broken: [name: string, files: Files, places: string[]][] = [
    [
      'two items with one id',
      { 'a.md': page('id: x'), 'b.md': page('title: B\nid: x') },
      ['b.md:3: two items have the id "x"'],
    ],
    ['an unknown type', { 'a/b.md': page('title: B\ntype: book') }, ['a/b.md:3: type:']],
    ['no YAML', { 'a.md': page('title: "x') }, ['a.md:3: not valid YAML']],
    [
      'more asked for than there is',
      { 'k/_index.md': page('title: K\natLeast: 2'), 'k/a.md': '' },
      ['k/_index.md:3: atLeast'],
    ],
    [
      'an alias that lives',
      { 'a.md': page('aliases: [b]'), 'b.md': '' },
      ['a.md:2: the alias "b"'],
    ],
    ['a rule that never fires', { 'a.md': page('completion: [video]') }, ['a.md:2: completion']],
    ['an address of the site', { 'dashboard.md': '' }, ['dashboard.md:1:']],
    [
      'several errors, all at once',
      { 'a.md': page('version: 0'), 'b/c.md': page('duration: x'), 'api.md': '' },
      ['a.md:2: version', 'b/c.md:2: duration', 'api.md:1:'],
    ],
  ];

  it.each(broken)('%s', async (_, files, places) => {
    const folder = folderWith(files);
    const failure = await startSite({ content: folder }).catch((error: unknown) => error as Error);
    const { message } = failure as Error;
    expect(message).toMatch(/ended with 1\./);
    for (const place of places) expect(message).toContain(`${folder}/${place}`);
    expect(message).not.toMatch(/^ {4}at /m);
    expect(message.trim().split('\n')).toHaveLength(2 + places.length);
  });
});
