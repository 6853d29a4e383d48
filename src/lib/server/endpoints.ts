import { createHash } from 'node:crypto';
import type { Catalogue } from '../core/index.ts';
import {
  contentQuerySchema,
  listQuerySchema,
  summarise,
  summaryQuerySchema,
  syncRequestSchema,
  updateRequestSchema,
} from '../core/index.ts';
import { createAnswers } from './answer-cache.ts';
import { isMissingUser, isUnavailable } from './database.ts';
import type { Grade } from './grading.ts';
import { openapi } from './openapi.ts';
import { newTraceId, Problem, problemResponse } from './problem.ts';
import type { TakeToken } from './rate-limit.ts';
import { createRateLimiter } from './rate-limit.ts';
import type { Reader } from './reader.ts';
import { listRecords } from './reader.ts';
import { itemOf, readBody, readQuery, refuseOtherMethods, refuseOtherOrigins } from './request.ts';
import { sync } from './sync.ts';
import { update } from './update.ts';
import type { Writer } from './writer.ts';
import { QueueFull } from './writer.ts';

/** Answers one request of somebody who is signed in as `viewer`, or of nobody. */
export type Endpoint = (request: Request, viewer: string | null) => Promise<Response>;

/** The endpoints by name: web-standard requests in, answers out, whatever serves them. */
export interface Endpoints {
  update: Endpoint;
  list: Endpoint;
  content: Endpoint;
  courseSummary: Endpoint;
  sync: Endpoint;
  openapi: Endpoint;
}

/** What the endpoints stand on. */
export interface EndpointOptions {
  catalogue: () => Promise<Catalogue>;
  reader: Reader;
  writer: Writer;
  canView: (viewer: string, userId: string) => boolean | Promise<boolean>;
  grade: Grade | undefined;
  now: () => number;
  newId: () => string;
  /** Told of every failure that is not the caller's. */
  onError: (error: unknown, traceId: string) => void;
}

/** Requests a learner may make at once, and how many come back each second; reads and writes apart. */
const LIMIT = { capacity: 300, refill: 20 };

/** Bytes of finished answers that are kept in memory: summaries of 500 units for 500 learners. */
const ANSWERS = 32 * 1024 * 1024;

/** Makes the endpoints. Each parses, asks who may, and maps to a status; the work is done elsewhere. */
export function createEndpoints(options: EndpointOptions): Endpoints {
  const { reader, writer, now, newId, grade } = options;
  const takeRead = createRateLimiter(LIMIT, now);
  const takeWrite = createRateLimiter(LIMIT, now);
  const finished = createAnswers(ANSWERS);

  const write = (answer: (request: Request, viewer: string) => Promise<unknown>): Endpoint =>
    guarded(options, async (request, viewer) => {
      refuseOtherMethods(request, 'POST');
      refuseOtherOrigins(request);
      const body = await answer(request, admit(viewer, takeWrite));
      return Response.json(body, { headers: { 'cache-control': 'no-store' } });
    });

  /**
   * A read of one learner's progress: 304 when the device has it already, and made only where the
   * same was not asked before. What is kept of the learner and the content have each a name that
   * changes with them, read anew every time, so an answer found under both is what would be made.
   */
  const read = <Q extends { userId?: string | undefined }>(
    name: string,
    parseQuery: (url: URL) => Q,
    find: (query: Q, catalogue: Catalogue) => (userId: string) => Promise<unknown>,
  ): Endpoint =>
    guarded(options, async (request, viewer) => {
      refuseOtherMethods(request, 'GET');
      refuseOtherOrigins(request);
      const reading = admit(viewer, takeRead);
      const query = parseQuery(new URL(request.url));
      const userId = await visible(options, reading, query.userId);
      const catalogue = await options.catalogue();
      const answer = find(query, catalogue);
      const made = [userId, await reader.version(userId), catalogue.version];
      const etag = etagOf(made);
      const headers = { etag, 'cache-control': 'private, no-cache', vary: 'Cookie' };
      if (matches(request, etag)) return new Response(null, { status: 304, headers });
      const key = JSON.stringify([...made, name, query]);
      const body = await finished(key, () => answer(userId));
      return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } });
    });

  return {
    update: write(async (request, userId) => {
      const body = await readBody(request, updateRequestSchema);
      const catalogue = await options.catalogue();
      return update({ catalogue, writer, grade, now, newId }, userId, body);
    }),

    list: read(
      'list',
      (url) => readQuery(url, listQuerySchema),
      (query, catalogue) => async (userId) => {
        const ledger = await reader.ledger(userId);
        const { progress, next } = listRecords(catalogue, ledger, query);
        return { userId, progress, revision: ledger.revision, ...(next && { next }) };
      },
    ),

    content: read(
      'content',
      (url) => readQuery(url, contentQuerySchema),
      ({ contentId }, catalogue) => {
        const item = itemOf(catalogue, contentId, 'unknown_content');
        return async (userId) => (await reader.record(userId, { catalogue, item })).record;
      },
    ),

    courseSummary: read(
      'courseSummary',
      (url) => readQuery(url, summaryQuerySchema),
      ({ courseId }, catalogue) => {
        const course = itemOf(catalogue, courseId, 'unknown_course');
        return async (userId) => summarise(catalogue, await reader.book(userId), course);
      },
    ),

    sync: write(async (request, userId) => {
      const body = await readBody(request, syncRequestSchema);
      if (body.asUser !== userId) {
        throw new Problem('user_mismatch', {
          detail: 'Keep these operations until their learner is signed in again.',
        });
      }
      const catalogue = await options.catalogue();
      return sync({ catalogue, writer, reader, grade, now, newId }, userId, body);
    }),

    openapi: guarded(options, (request) => {
      refuseOtherMethods(request, 'GET');
      return Promise.resolve(Response.json(openapi()));
    }),
  };
}

/** Turns what an endpoint throws into an answer; only what is not the caller's fault is reported. */
function guarded(options: EndpointOptions, endpoint: Endpoint): Endpoint {
  return async (request, viewer) => {
    try {
      return await endpoint(request, viewer);
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error);
      if (isMissingUser(error)) return problemResponse(signedOut());
      const traceId = newTraceId();
      options.onError(error, traceId);
      return problemResponse(problemOf(error), traceId);
    }
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof QueueFull || isUnavailable(error)) {
    return new Problem('unavailable', {
      detail: 'Nothing was changed. Try again in a moment.',
      retryAfter: 2,
    });
  }
  return new Problem('internal', { detail: 'Try again; name the trace id if it happens twice.' });
}

function admit(viewer: string | null, take: TakeToken): string {
  if (viewer === null) throw signedOut();
  const wait = take(viewer);
  if (wait > 0) {
    throw new Problem('rate_limited', { detail: 'Slow down a little.', retryAfter: wait });
  }
  return viewer;
}

function signedOut(): Problem {
  return new Problem('not_signed_in', { detail: 'Sign in and try again.' });
}

/** Whose progress is read: the viewer's own, or somebody's whom the site lets the viewer see. */
async function visible(
  { canView }: EndpointOptions,
  viewer: string,
  userId: string | undefined,
): Promise<string> {
  if (userId === undefined || userId === viewer) return viewer;
  if (await canView(viewer, userId)) return userId;
  throw new Problem('forbidden', { detail: 'You may see only your own progress.' });
}

/** Hashed, for the learner's id is nobody's to read. */
function etagOf(made: readonly string[]): string {
  return `"${createHash('sha256').update(JSON.stringify(made)).digest('base64url').slice(0, 32)}"`;
}

/** RFC 9110, section 13.1.2: weak comparison with any of the listed tags. */
function matches(request: Request, etag: string): boolean {
  const tags = request.headers.get('if-none-match')?.split(',') ?? [];
  return tags.some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
