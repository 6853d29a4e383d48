import { beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import {
  contentQuerySchema,
  listQuerySchema,
  operationSchema,
  summaryQuerySchema,
} from '../core/index.ts';
import { PROBLEMS } from './problem.ts';
import { get, openSchool, ORIGIN } from './school.testing.ts';
import { sqlite } from './sqlite.ts';

/** What OpenAPI 3.1 asks of a document, as far as this one uses it. */
const content = v.record(v.string(), v.strictObject({ schema: v.record(v.string(), v.unknown()) }));
const operation = v.strictObject({
  operationId: v.pipe(v.string(), v.regex(/^[a-zA-Z]+$/)),
  summary: v.string(),
  security: v.optional(v.array(v.record(v.string(), v.array(v.string())))),
  parameters: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        in: v.picklist(['query', 'header', 'path', 'cookie']),
        required: v.boolean(),
        schema: v.record(v.string(), v.unknown()),
      }),
    ),
  ),
  requestBody: v.optional(v.strictObject({ required: v.boolean(), content })),
  responses: v.record(
    v.pipe(v.string(), v.regex(/^[1-5]\d\d$/)),
    v.strictObject({ description: v.string(), content: v.optional(content) }),
  ),
});
const document = v.strictObject({
  openapi: v.literal('3.1.0'),
  info: v.strictObject({ title: v.string(), version: v.string(), description: v.string() }),
  servers: v.array(v.strictObject({ url: v.literal('/'), description: v.string() })),
  paths: v.record(
    v.pipe(v.string(), v.startsWith('/')),
    v.strictObject({ get: v.optional(operation), post: v.optional(operation) }),
  ),
  components: v.strictObject({
    securitySchemes: v.record(
      v.string(),
      v.strictObject({
        type: v.literal('apiKey'),
        in: v.literal('cookie'),
        name: v.string(),
        description: v.string(),
      }),
    ),
  }),
  security: v.array(v.record(v.string(), v.array(v.string()))),
});

type Document = v.InferOutput<typeof document>;
type Schema = Record<string, unknown>;

let api: Document;

beforeAll(async () => {
  const { progress } = await openSchool(sqlite(':memory:'));
  const request = new Request(`${ORIGIN}/api/openapi.json`);
  const response = await progress.endpoints.openapi(request, null);
  expect(response.headers.get('content-type')).toContain('application/json');
  api = v.parse(document, await response.json());
});

/** Refusals of each call, beside those that every call with a session has. */
const EVERYWHERE = [
  'not_signed_in',
  'method_not_allowed',
  'rate_limited',
  'internal',
  'unavailable',
];
const BODY = ['invalid_json', 'too_large', 'not_json', 'invalid', 'forbidden'];
const CALLS = [
  [
    'post',
    '/api/progress/update',
    [...BODY, 'unknown_content', 'graded_by_server', 'no_attempts_left'],
  ],
  ['get', '/api/progress', ['forbidden', 'invalid']],
  ['get', '/api/progress/content', ['forbidden', 'invalid', 'unknown_content']],
  ['get', '/api/progress/course_summary', ['forbidden', 'invalid', 'unknown_course']],
  ['post', '/api/progress/sync', [...BODY, 'user_mismatch']],
] as const;

describe('the OpenAPI document', () => {
  test('lists each call of the API and no other', () => {
    const calls = Object.entries(api.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    const known = CALLS.map(([method, path]) => `${method} ${path}`);
    expect(calls.sort()).toEqual([...known, 'get /api/openapi.json'].sort());
    const ids = Object.values(api.paths).map((item) => (item.get ?? item.post)!.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(CALLS)('says how %s %s can be refused', (method, path, own) => {
    const { responses } = api.paths[path]![method]!;
    const said = Object.values(responses)
      .map((response) => response.description)
      .join();
    const codes = [...EVERYWHERE, ...own].sort();
    expect([...said.matchAll(/`(\w+)`/g)].map((match) => match[1]).sort()).toEqual(codes);
    for (const code of codes) {
      const { status } = PROBLEMS[code as keyof typeof PROBLEMS];
      const refusal = responses[String(status)]!;
      expect(refusal.description).toContain(code);
      expect(Object.keys(refusal.content!)).toEqual(['application/problem+json']);
    }
    expect(Object.keys(responses[200]!.content!)).toEqual(['application/json']);
    expect('304' in responses).toBe(method === 'get');
  });

  test('names every code that there is', () => {
    const said = JSON.stringify(api);
    for (const code of Object.keys(PROBLEMS)) expect(said).toContain(`\`${code}\``);
  });

  test.each([
    ['/api/progress', listQuerySchema, []],
    ['/api/progress/content', contentQuerySchema, ['contentId']],
    ['/api/progress/course_summary', summaryQuerySchema, ['courseId']],
  ] as const)('has the parameters of %s', (path, schema, required) => {
    const parameters = api.paths[path]!.get!.parameters!;
    expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(schema.entries).sort());
    expect(parameters.filter((each) => each.required).map(({ name }) => name)).toEqual(required);
    expect(new Set(parameters.map((each) => each.in))).toEqual(new Set(['query']));
  });

  test('describes a sync with every kind of operation', () => {
    const schema = api.paths['/api/progress/sync']!.post!.requestBody!.content['application/json']!
      .schema as { required: string[]; properties: { operations: { items: Schema } } };
    const { anyOf, oneOf } = schema.properties.operations.items as Record<string, Schema[]>;
    const kinds = (anyOf ?? oneOf)!.map(
      (each) => (each['properties'] as { kind: { const: string } }).kind.const,
    );
    expect(kinds.sort()).toEqual(
      operationSchema.options.map((option) => option.entries.kind.literal).sort(),
    );
    expect(schema.required.sort()).toEqual(
      ['v', 'device', 'asUser', 'now', 'cursor', 'catalogue', 'operations'].sort(),
    );
  });

  test('holds schemas that are JSON Schema, with no reference that leads nowhere', () => {
    const references: string[] = [];
    let schemas = 0;
    const check = (schema: Schema, path: string) => {
      schemas++;
      const { type, properties, required, items, anyOf, oneOf, allOf, $ref } = schema;
      const types = [
        'object',
        'array',
        'string',
        'number',
        'integer',
        'boolean',
        'null',
        undefined,
      ];
      for (const each of [type].flat()) expect(types, path).toContain(each);
      if (typeof $ref === 'string') references.push($ref);
      const inner = (properties ?? {}) as Record<string, Schema>;
      for (const name of (required ?? []) as string[])
        expect(Object.keys(inner), path).toContain(name);
      for (const [name, each] of Object.entries(inner)) check(each, `${path}.${name}`);
      if (items) check(items as Schema, `${path}[]`);
      for (const each of [anyOf, oneOf, allOf].flat()) if (each) check(each as Schema, `${path}|`);
    };
    for (const [path, item] of Object.entries(api.paths)) {
      for (const call of Object.values(item)) {
        const contents = [call.requestBody, ...Object.values(call.responses)];
        for (const each of contents.flatMap((part) => Object.values(part?.content ?? {}))) {
          check(each.schema, path);
        }
        for (const parameter of call.parameters ?? []) check(parameter.schema, parameter.name);
      }
    }
    expect(schemas).toBeGreaterThan(100);
    for (const reference of references) {
      const found = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, key) => (at as Schema | undefined)?.[key], api);
      expect(found, reference).toBeDefined();
    }
  });

  test('asks for a session everywhere but for itself', () => {
    expect(api.security).toEqual([{ session: [] }]);
    expect(Object.keys(api.components.securitySchemes)).toEqual(['session']);
    expect(api.paths['/api/openapi.json']!.get!.security).toEqual([]);
    for (const [method, path] of CALLS) {
      expect(api.paths[path]![method]!.security).toBeUndefined();
    }
  });

  test('is the same for everybody, and answers GET only', async () => {
    const { progress } = await openSchool(sqlite(':memory:'));
    const text = async (viewer: string | null) =>
      (await progress.endpoints.openapi(get(''), viewer)).text();
    expect(await text('ann')).toBe(await text(null));
  });
});
