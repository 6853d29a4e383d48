import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema, ObjectEntries, StrictObjectSchema } from 'valibot';
import {
  contentQuerySchema,
  listQuerySchema,
  MAX_OPERATIONS,
  operationSchema,
  summaryQuerySchema,
  syncRequestSchema,
  updateRequestSchema,
} from '../core/index.ts';
import {
  listAnswerSchema,
  problemSchema,
  recordSchema,
  summaryAnswerSchema,
  syncAnswerSchema,
  updateAnswerSchema,
} from './answer-schemas.ts';
import type { ProblemCode } from './problem.ts';
import { PROBLEMS } from './problem.ts';

type Query = StrictObjectSchema<ObjectEntries, undefined>;

/** The OpenAPI 3.1 document of the API, written from the schemas that it parses with. */
export function openapi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cairn progress API',
      version: '1',
      description:
        'Progress of learners through themes, courses, modules, lessons and exercises. The user comes from the session cookie.',
    },
    servers: [{ url: '/', description: 'The site that serves this document' }],
    paths: {
      '/api/progress/update': {
        post: operation('updateProgress', 'Creates or updates the progress on one content item', {
          ...body(updateRequestSchema),
          responses: answers(updateAnswerSchema, [
            'forbidden',
            'unknown_content',
            'invalid_json',
            'too_large',
            'not_json',
            'invalid',
            'graded_by_server',
            'no_attempts_left',
          ]),
        }),
      },
      '/api/progress': {
        get: operation('listProgress', 'Lists the records of one learner by content id', {
          parameters: parameters(listQuerySchema),
          responses: answers(listAnswerSchema, ['forbidden', 'invalid'], true),
        }),
      },
      '/api/progress/content': {
        get: operation('getProgress', 'The record of one content item, touched or not', {
          parameters: parameters(contentQuerySchema),
          responses: answers(recordSchema, ['forbidden', 'unknown_content', 'invalid'], true),
        }),
      },
      '/api/progress/course_summary': {
        get: operation('summariseCourse', 'How a learner stands in one course', {
          parameters: parameters(summaryQuerySchema),
          responses: answers(summaryAnswerSchema, ['forbidden', 'unknown_course', 'invalid'], true),
        }),
      },
      '/api/progress/sync': {
        post: operation('syncProgress', 'Takes in a device’s operations, hands it what changed', {
          ...body(syncRequestSchema, { operations: operationsSchema() }),
          responses: answers(syncAnswerSchema, [
            'forbidden',
            'user_mismatch',
            'invalid_json',
            'too_large',
            'not_json',
            'invalid',
          ]),
        }),
      },
      '/api/openapi.json': {
        get: {
          operationId: 'getOpenApi',
          summary: 'This document',
          security: [],
          responses: { 200: { description: 'The document', content: json({ type: 'object' }) } },
        },
      },
    },
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'The site’s own' },
      },
    },
    security: [{ session: [] }],
  };
}

function operation(operationId: string, summary: string, rest: object): object {
  return { operationId, summary, ...rest };
}

function body(schema: GenericSchema, properties: Record<string, object> = {}): object {
  const written = write(schema) as { properties: Record<string, object> };
  return {
    requestBody: {
      required: true,
      content: json({ ...written, properties: { ...written.properties, ...properties } }),
    },
  };
}

/** Operations are parsed one by one, so that a bad one is refused alone; here they are whole. */
function operationsSchema(): object {
  return { type: 'array', maxItems: MAX_OPERATIONS, items: write(operationSchema) };
}

function parameters(schema: Query): object[] {
  const { properties, required = [] } = write(schema) as {
    properties: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: name === 'limit' ? { type: 'integer', minimum: 1, maximum: 1000 } : each,
  }));
}

/** The answer of a call and all its refusals, one entry per status. */
function answers(schema: GenericSchema, own: readonly ProblemCode[], cached = false): object {
  const codes: ProblemCode[] = [
    'not_signed_in',
    ...own,
    'method_not_allowed',
    'rate_limited',
    'internal',
    'unavailable',
  ];
  const byStatus = Object.groupBy(codes, (code) => String(PROBLEMS[code].status));
  const refusals = Object.entries(byStatus).map(([status, group = []]): [string, object] => [
    status,
    {
      description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: write(problemSchema) } },
    },
  ]);
  return {
    200: { description: 'Done', content: json(write(schema)) },
    ...(cached && { 304: { description: 'The device has it already' } }),
    ...Object.fromEntries(refusals),
  };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

/** Checks written in code (no NUL, at most so deep) have no counterpart in JSON Schema. */
function write(schema: GenericSchema): object {
  const { $schema, ...written } = toJsonSchema(schema, {
    errorMode: 'ignore',
    typeMode: 'input',
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? {} : undefined),
  });
  return written;
}
