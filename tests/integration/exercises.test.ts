import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAM, QUIZ, QUIZ_SCHOOL, RIGHT, SECRETS } from '../support/quiz.ts';
import { startWatchedSite } from '../support/watched-site.ts';
import type { Learner, WatchedSite } from '../support/watched-site.ts';

const UPDATE = '/api/progress/update';

let site: WatchedSite;
let samples: WatchedSite;

beforeAll(async () => {
  site = await startWatchedSite({ files: QUIZ_SCHOOL });
  samples = await startWatchedSite();
});
afterAll(async () => {
  await site.stop();
  await samples.stop();
});

/** Everything that a browser can be given of an exercise without answering it. */
async function allOf(path: string, learner: Learner): Promise<Map<string, string>> {
  const asked = await Promise.all(
    [path, `${path}/__data.json`, '/catalogue.json'].flatMap((each) => [
      site.send('GET', each),
      site.send('GET', each, { headers: { 'x-cairn-copy': '1' } }),
      learner.get(each),
    ]),
  );
  const api = await Promise.all(
    ['/api/progress', '/api/progress/content?contentId=quiz', '/api/openapi.json'].map((each) =>
      learner.get(each),
    ),
  );
  return new Map(
    [...asked, ...api].map((answer, n) => {
      expect(answer.status).toBe(200);
      return [`answer ${n}`, answer.body];
    }),
  );
}

describe('what is right', () => {
  it('is nowhere to be found before an attempt', async () => {
    const ann = await site.signUp();
    await ann.post(UPDATE, update('quiz', 'in-progress', { draft: { attempt: 0, answers: [] } }));
    for (const [name, text] of await allOf(QUIZ, ann)) {
      for (const secret of SECRETS) expect(text, `${secret} in ${name}`).not.toContain(secret);
      // Of a choice, the options are there; which one is right must not be.
      expect(text, name).not.toMatch(/"(answer|tolerance|explanation)"/);
    }
    const page = await ann.get(QUIZ);
    expect(page.body).toContain('Double sheet bend');
  });

  it('does not show in the order of lines that are to be put in order', async () => {
    const { body: text } = await site.send('GET', QUIZ);
    const lines = RIGHT[4] as string[];
    const shown = lines.toSorted((a, b) => text.indexOf(a) - text.indexOf(b));
    expect(shown).not.toEqual(lines);
  });

  it('is told afterwards, to the learner alone who has tried', async () => {
    const [ann, ben] = [await site.signUp(), await site.signUp()];
    await ann.post(UPDATE, update('quiz', 'in-progress', { answers: [] }));
    expect((await ann.get(QUIZ)).body).toContain('granny-slips-under-load');
    for (const others of [await ben.get(QUIZ), await site.send('GET', QUIZ)]) {
      expect(others.body).not.toContain('granny-slips-under-load');
    }
    // The copy that this device keeps for when it is offline is made for nobody.
    const copy = await ann.get(QUIZ, { 'x-cairn-copy': '1' });
    expect(copy.body).not.toContain('granny-slips-under-load');
  });

  it('is not in the pages of the sample courses', async () => {
    const outline = await samples.send('GET', '/catalogue.json');
    const exercises = gradedIn((JSON.parse(outline.body) as { content: Content[] }).content);
    expect(exercises.length).toBeGreaterThanOrEqual(12);
    for (const path of exercises) {
      for (const each of [`/${path}`, `/${path}/__data.json`]) {
        const { status, body: text } = await samples.send('GET', each);
        expect([each, status]).toEqual([each, 200]);
        expect(text, each).not.toMatch(/"?\b(answer|tolerance|explanation)"?:/);
      }
    }
    expect(outline.body).not.toMatch(/"(questions|answer|explanation)"/);
  });
});

describe('the API', () => {
  it('grades answers, and completes the exercise and the lesson beside it when they pass', async () => {
    const ann = await site.signUp();
    const wrong = RIGHT.with(0, 'Granny').with(4, [...(RIGHT[4] as string[])].reverse());
    const failed = await ann.post(UPDATE, update('quiz', 'completed', { answers: wrong }));
    expect(failed.json()).toMatchObject({ progress: { status: 'in-progress', score: 50 } });
    const passed = await ann.post(UPDATE, update('quiz', 'in-progress', { answers: RIGHT }));
    expect(passed.json()).toMatchObject({
      progress: { status: 'completed', completedBy: 'exercise', score: 100 },
      rollUp: [{ contentId: 'basics', completed: 2, total: 3 }, {}],
    });
    const lesson = await ann.get('/api/progress/content?contentId=read');
    expect(lesson.json()).toMatchObject({ status: 'completed', completedBy: 'exercise' });
  });

  it.each([
    ['nothing', null],
    ['a text', 'Double sheet bend'],
    ['an object', { 0: 'Double sheet bend' }],
    ['too few', ['Granny']],
    ['hostile ones', [[{ toString: 1 }], { length: 3 }, [[[]]], true, { 0: 'Draw it tight' }]],
    ['a thousand', Array.from({ length: 1000 }, () => 'x')],
  ])('takes %s for wrong answers, no more', async (_, answers) => {
    const ann = await site.signUp();
    const answer = await ann.post(UPDATE, update('quiz', 'in-progress', { answers }));
    expect(answer.json()).toMatchObject({ progress: { status: 'in-progress', score: 0 } });
    expect((await ann.get(QUIZ)).status).toBe(200);
  });

  it('refuses one attempt too many, among many at once too', async () => {
    const ann = await site.signUp();
    const tries = Array.from({ length: 8 }, () =>
      ann.post(UPDATE, update('exam', 'in-progress', { answers: ['Right', 2] })),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    const refused = answers.filter(({ status }) => status === 422);
    expect(refused.map((each) => (each.json() as { code: string }).code)).toEqual(
      Array.from({ length: 6 }, () => 'no_attempts_left'),
    );
    expect((await ann.get(EXAM)).body).toContain('You have made all 2 attempts.');
    const again = { contentId: 'exam', contentType: 'exercise', status: 'not-started' };
    expect((await ann.post(UPDATE, again)).status).toBe(200);
    expect((await ann.get(EXAM)).body).toContain('You have made all 2 attempts.');
  });
});

describe('a plain form', () => {
  const right = { q1: 'Left', q2: '2' };

  it('leads a guest to sign in', async () => {
    const answer = await submit({ send: site.send }, EXAM, right);
    expect([answer.status, answer.headers.location]).toEqual([
      303,
      `/sign-in?to=${encodeURIComponent(EXAM)}`,
    ]);
  });

  it('is held back with what was typed when an answer is missing, and costs no attempt', async () => {
    const ann = await site.signUp();
    const answer = await submit(ann, EXAM, { q1: 'Left', q2: 'two' });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Question 2: Write a number');
    expect(answer.body).toMatch(/value="Left"[^>]* checked|checked[^>]* value="Left"/);
    expect(answer.body).toContain('value="two"');
    expect(answer.body).toContain('You have 2 attempts.');
  });

  it('counts once when it is sent twice', async () => {
    const ann = await site.signUp();
    const attempt = { attempt: 'the-very-same', q1: 'Right', q2: '2' };
    await Promise.all([submit(ann, EXAM, attempt), submit(ann, EXAM, attempt)]);
    expect((await ann.get(EXAM)).body).toContain('1 of 2 attempts left.');
  });

  it('is refused where there are no questions, and when it is no form', async () => {
    const ann = await site.signUp();
    for (const path of ['/rope/basics/read', '/rope/basics', '/no/such/page']) {
      expect((await submit(ann, path, right)).status, path).toBe(422);
    }
    const headers = { 'content-type': 'text/plain', origin: site.origin };
    const answer = await ann.send('POST', `${EXAM}?/attempt`, { headers, body: 'q1=Left' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await ann.get(EXAM)).body).toContain('You have 2 attempts.');
  });
});

function submit(
  { send }: Pick<Learner, 'send'>,
  path: string,
  fields: Record<string, string>,
): ReturnType<Learner['send']> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: site.origin,
    accept: 'text/html',
  };
  const body = new URLSearchParams(fields).toString();
  return send('POST', `${path}?/attempt`, { headers, body });
}

function update(contentId: string, status: string, data: unknown) {
  return { contentId, contentType: 'exercise', status, data };
}

interface Content {
  path: string;
  graded?: boolean;
  children?: Content[];
}

function gradedIn(content: readonly Content[]): string[] {
  return content.flatMap(({ path, graded, children = [] }) => [
    ...(graded ? [path] : []),
    ...gradedIn(children),
  ]);
}
