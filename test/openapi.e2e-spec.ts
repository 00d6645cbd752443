import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHODS } from '../src/platform/openapi.js';
import { documentOf } from '../src/start-http.js';
import { beginWorld, type World } from './world.js';

let world: World;
let document: OpenAPIObject;
beforeAll(async () => {
  world = await beginWorld();
  document = documentOf(world.app);
});
afterAll(() => world?.end());

type Json = Record<string, unknown>;

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation, name: `${method.toUpperCase()} ${path}` }] : [];
    }),
  );

/** What is gone is gone, and a mark is what it is set to: nothing of somebody else's is lost. */
const UNCONDITIONAL: readonly string[] = [
  'DELETE /api/v1/me/tokens/{id}',
  'PUT /api/v1/me/password',
  'DELETE /api/v1/users/{id}/tokens/{tokenId}',
  'DELETE /api/v1/users/{id}/tokens',
  'DELETE /api/v1/users/{id}/sessions/{sessionId}',
  'DELETE /api/v1/users/{id}/sessions',
  'DELETE /api/v1/users/{id}/grants/{grantId}',
  'DELETE /api/v1/me/sessions/{id}',
  'DELETE /api/v1/me/identities/{id}',
  'DELETE /api/v1/me/erasure-request',
  'DELETE /api/v1/sessions/current',
  'DELETE /api/v1/submissions/{id}/waivers/{waiverId}',
  'PATCH /api/v1/me/notifications/{id}',
];

/** Every object within a value, and within what it refers to, with where it is. */
function* objectsIn(value: unknown, at = '', follow = false): Generator<readonly [at: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [at, value as Json];
  if (follow && '$ref' in value) yield* objectsIn(resolved(String(value.$ref)), at, follow);
  for (const [name, inner] of Object.entries(value)) yield* objectsIn(inner, `${at}/${name}`, follow);
}

function resolved(reference: string): unknown {
  let at: unknown = document;
  for (const step of reference.slice(2).split('/')) {
    at = (at as Json | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at;
}

describe('the OpenAPI document', () => {
  it('is one of version 3.1, of one address, with operations that have a name and a summary each', () => {
    const ids = operations().map(({ operation }) => operation.operationId);

    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Accession', version: '1' } });
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations().filter(({ operation }) => !operation.operationId || !operation.summary)).toEqual([]);
    expect(operations().length).toBeGreaterThan(40);
  });

  it('refers to nothing that it does not have', () => {
    const references = [...objectsIn(document)].flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []));

    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => resolved(reference) === undefined)).toEqual([]);
  });

  it('has schemas that JSON Schema knows', () => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    const schemas = Object.entries(document.components?.schemas ?? {});

    const faults = schemas.filter(([, schema]) => !ajv.validateSchema(schema as object)).map(([name]) => name);

    expect(faults).toEqual([]);
    expect(schemas.filter(([name]) => !/^[\w.-]+$/.test(name))).toEqual([]);
  });

  it('declares the parameters of each path, each once', () => {
    for (const { path, operation, name } of operations()) {
      const declared = (operation.parameters ?? []).flatMap((each) => ('in' in each ? [each] : []));
      const places = declared.map((each) => `${each.in} ${each.name.toLowerCase()}`);
      const inPath = declared.filter((each) => each.in === 'path').map((each) => each.name);

      expect(inPath.sort(), name).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each).sort());
      expect(new Set(places).size, name).toBe(places.length);
    }
  });

  it('says of each operation how it answers, in words, and how it refuses', () => {
    for (const { operation, name } of operations()) {
      const { default: refusal, ...answers } = operation.responses;

      expect(refusal, name).toEqual({ $ref: '#/components/responses/Problem' });
      expect(Object.keys(answers).length, name).toBeGreaterThan(0);
      for (const answer of Object.values(answers)) expect(answer, name).toHaveProperty('description');
    }
  });

  it('lets no body hold a field that nobody reads', () => {
    const bodies = operations().flatMap(({ operation, name }) => {
      const content = operation.requestBody && 'content' in operation.requestBody ? operation.requestBody.content : {};
      const schema = content['application/json']?.schema as Json | undefined;
      return schema
        ? [{ name, schema: (typeof schema.$ref === 'string' ? resolved(schema.$ref) : schema) as Json }]
        : [];
    });

    const lax = bodies.flatMap(({ name, schema }) =>
      [...objectsIn(schema, '', true)]
        .filter(
          ([, object]) => 'properties' in object && object.type === 'object' && object.additionalProperties !== false,
        )
        .map(([at]) => `${name} at ${at || '/'}: make it a z.strictObject`),
    );

    expect(bodies.length).toBeGreaterThan(8);
    expect(lax).toEqual([]);
  });

  it('asks for what keeps two people from overwriting each other', () => {
    const headerless = operations()
      .filter(({ method, path }) => ['patch', 'put', 'delete'].includes(method) && !path.includes('/uploads/'))
      .filter(({ operation }) => !JSON.stringify(operation.parameters ?? []).includes('"If-Match"'))
      .map(({ name }) => name);

    expect(headerless.filter((name) => !UNCONDITIONAL.includes(name))).toEqual([]);
  });
});
