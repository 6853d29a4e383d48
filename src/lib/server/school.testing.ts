import { sql } from 'kysely';
import * as v from 'valibot';
import type { Catalogue, ContentData } from '../core/index.ts';
import { createCatalogue } from '../core/index.ts';
import {
  listAnswerSchema,
  problemSchema,
  recordSchema,
  summaryAnswerSchema,
  syncAnswerSchema,
  updateAnswerSchema,
} from './answer-schemas.ts';
import type { Database } from './database.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import type { ProgressOptions, ProgressServer } from './progress.ts';
import { createProgressServer } from './progress.ts';

/** When the tests begin: a Saturday morning. */
export const START = Date.UTC(2026, 4, 2, 9);

export const SECOND = 1000;
export const DAY = 24 * 60 * 60 * SECOND;

/** What the school teaches at first: each type, nesting, and everything that makes an item special. */
export const CONTENT: ContentData[] = [
  {
    id: 'sea',
    type: 'theme',
    title: 'The sea',
    children: [
      {
        id: 'knots',
        type: 'course',
        title: 'Knots',
        children: [
          { id: 'rope', type: 'lesson', title: 'Rope' },
          {
            id: 'basics',
            type: 'module',
            title: 'Basics',
            children: [
              { id: 'bowline', type: 'lesson', title: 'The bowline' },
              { id: 'reef', type: 'lesson', title: 'The reef knot', version: 3 },
              { id: 'tie', type: 'exercise', title: 'Tie one', passingScore: 60 },
              { id: 'lore', type: 'lesson', title: 'Lore', optional: true },
            ],
          },
          {
            id: 'splicing',
            type: 'module',
            title: 'Splicing',
            children: [
              {
                id: 'eyes',
                type: 'module',
                title: 'Eyes',
                children: [
                  { id: 'eye', type: 'lesson', title: 'The eye splice' },
                  { id: 'quiz', type: 'exercise', title: 'Quiz', graded: true },
                ],
              },
              {
                id: 'ends',
                type: 'module',
                title: 'Ends',
                atLeast: 1,
                children: [
                  { id: 'whip', type: 'lesson', title: 'Whipping' },
                  { id: 'melt', type: 'lesson', title: 'Melting' },
                ],
              },
            ],
          },
          { id: 'empty', type: 'module', title: 'To come' },
        ],
      },
      {
        id: 'weather',
        type: 'course',
        title: 'Weather',
        aliases: ['meteorology'],
        children: [
          { id: 'wind', type: 'lesson', title: 'Wind', aliases: ['breeze'] },
          { id: 'rain', type: 'lesson', title: 'Rain' },
        ],
      },
    ],
  },
  { id: 'solo', type: 'lesson', title: 'A lesson by itself' },
];

/** A learning site without pages: learners, content that can be edited, a clock that is set. */
export interface School {
  readonly progress: ProgressServer;
  readonly database: Database;
  readonly clock: { now: number };
  /** Every answer so far, without what differs by chance. */
  readonly transcript: string[];
  /** What was reported as not the caller's fault. */
  readonly errors: unknown[];
  catalogue(): Catalogue;
  /** Teaches other content from now on. */
  teach(content: ContentData[]): void;
  /** The API as somebody who is signed in uses it. */
  as(viewer: string): Learner;
  /** The API as it shows itself to nobody. */
  readonly nobody: Caller;
  /** Takes in new learners. */
  enrol(...userIds: string[]): Promise<void>;
  /** Everything in all tables, as text. */
  dump(): Promise<string>;
}

/** What an endpoint answered. Its shape has been held against the documented one. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  /** Of a 200; asking a refusal for it fails the test with what the refusal says. */
  readonly body: T;
  /** Of a refusal; asking a 200 for it fails the test. */
  readonly problem: Refusal;
}

export type Refusal = v.InferOutput<typeof problemSchema>;
export type Progress = v.InferOutput<typeof recordSchema>;
export type UpdateAnswer = v.InferOutput<typeof updateAnswerSchema>;
export type ListAnswer = v.InferOutput<typeof listAnswerSchema>;
export type Summary = v.InferOutput<typeof summaryAnswerSchema>;
export type SyncAnswer = v.InferOutput<typeof syncAnswerSchema>;

type Headings = Record<string, string>;

/** The API by name, as one viewer. A body is written as JSON unless it is text already. */
export interface Caller {
  update(body: unknown, headers?: Headings): Promise<Answer<UpdateAnswer>>;
  sync(body: unknown, headers?: Headings): Promise<Answer<SyncAnswer>>;
  list(query?: Headings, headers?: Headings): Promise<Answer<ListAnswer>>;
  content(query: Headings, headers?: Headings): Promise<Answer<Progress>>;
  summary(query: Headings, headers?: Headings): Promise<Answer<Summary>>;
}

/** Somebody who is signed in. */
export type Learner = Caller & { readonly id: string };

/** The site's own address. */
export const ORIGIN = 'https://school.example';

/**
 * Gives each test of a suite the same school, on its first day and with two new learners: databases
 * are dear.
 */
export function sharing(open: () => Promise<Database>) {
  let opened: Promise<School> | undefined;
  let days = 0;
  return async (): Promise<School & { ann: Learner; bob: Learner }> => {
    const school = await (opened ??= open().then((database) => openSchool(database)));
    const [ann, bob] = [`ann-${++days}`, `bob-${days}`];
    await school.enrol(ann, bob);
    school.clock.now = START;
    school.teach(CONTENT);
    return { ...school, ann: school.as(ann), bob: school.as(bob) };
  };
}

/** Opens a school on a database, or one more on it. Options replace what a school does by itself. */
export async function openSchool(
  database: Database,
  options: Partial<ProgressOptions> = {},
): Promise<School> {
  await createUsersTable(database);
  const clock = { now: START };
  const transcript: string[] = [];
  const errors: unknown[] = [];
  let catalogue = createCatalogue(CONTENT);
  let ids = 0;
  const progress = createProgressServer({
    catalogue: () => catalogue,
    database,
    identify: () => null,
    grade: (_, answers) => (Array.isArray(answers) ? Number(answers[0]) : 0),
    now: () => clock.now,
    newId: () => `id-${++ids}`,
    onError: (error) => errors.push(error),
    ...options,
  });
  await progress.migrate();
  const callerOf = (viewer: string | null) => caller(progress.endpoints, viewer, transcript);
  return {
    progress,
    database,
    clock,
    transcript,
    errors,
    catalogue: () => catalogue,
    teach: (content) => {
      catalogue = createCatalogue(content);
    },
    as: (viewer) => ({ ...callerOf(viewer), id: viewer }),
    nobody: callerOf(null),
    enrol: (...userIds) => enrol(database, userIds),
    dump: () => dump(database),
  };
}

/** Makes the users table of a test, where it is not there. */
async function createUsersTable({ kysely }: Database): Promise<void> {
  await kysely.schema
    .createTable('users')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('full_name', 'text')
    .execute();
}

/** Adds users to it, by names that say who they are. */
async function enrol({ kysely }: Database, userIds: readonly string[]): Promise<void> {
  await kysely
    .insertInto('users')
    .values(userIds.map((id) => ({ id, full_name: `${id} É.` })))
    .execute();
}

function caller(endpoints: Endpoints, viewer: string | null, transcript: string[]): Caller {
  const asked =
    <T>(endpoint: Endpoint, schema: v.GenericSchema<T>) =>
    async (request: Request) => {
      const answer = await read(schema, await endpoint(request, viewer));
      const text = answer.text.replace(/"traceId":"\w+"/, '"traceId":""');
      transcript.push(`${answer.status} ${text}`);
      return answer;
    };
  const update = asked(endpoints.update, updateAnswerSchema);
  const sync = asked(endpoints.sync, syncAnswerSchema);
  const list = asked(endpoints.list, listAnswerSchema);
  const content = asked(endpoints.content, recordSchema);
  const summary = asked(endpoints.courseSummary, summaryAnswerSchema);
  return {
    update: (body, headers) => update(post('update', body, headers)),
    sync: (body, headers) => sync(post('sync', body, headers)),
    list: (query, headers) => list(get('', query, headers)),
    content: (query, headers) => content(get('/content', query, headers)),
    summary: (query, headers) => summary(get('/course_summary', query, headers)),
  };
}

/** A write as a browser on the site makes it. */
export function post(name: string, body: unknown, headers: Headings = {}): Request {
  return new Request(`${ORIGIN}/api/progress/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** A read as a browser on the site makes it. */
export function get(path: string, query: Headings = {}, headers: Headings = {}): Request {
  const search = new URLSearchParams(query).toString();
  return new Request(`${ORIGIN}/api/progress${path}?${search}`, {
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  });
}

/** Holds an answer against what is documented. */
async function read<T>(schema: v.GenericSchema<T>, response: Response): Promise<Answer<T>> {
  const { status, headers } = response;
  const text = await response.text();
  const known = status === 200 ? v.parse(schema, JSON.parse(text)) : undefined;
  const refused = status >= 400 ? v.parse(problemSchema, JSON.parse(text)) : undefined;
  return {
    status,
    headers,
    text,
    get body() {
      if (status !== 200) throw new Error(`The answer is a ${status}: ${text}`);
      return known as T;
    },
    get problem() {
      if (!refused) throw new Error(`The answer is no refusal but a ${status}: ${text}`);
      return refused;
    },
  };
}

/** All tables of progress with the order of their rows. */
const TABLES = {
  progress_learners: ['user_id'],
  progress_devices: ['user_id', 'device_id'],
  progress_operations: ['user_id', 'device_id', 'seq'],
  user_progress: ['user_id', 'content_id'],
  certificates: ['id'],
  progress_schema: ['version'],
};

async function dump({ kysely }: Database): Promise<string> {
  const tables = Object.entries(TABLES).map(async ([table, order]) => {
    const query = kysely
      .selectFrom(table)
      .selectAll()
      .orderBy(sql.join(order.map((c) => sql.ref(c))));
    return [table, await query.execute()] as const;
  });
  return JSON.stringify(await Promise.all(tables));
}
