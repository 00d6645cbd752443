/** What would a JSON schema of ours accept? The smallest thing that comes to mind. */
import { randomUUID } from 'node:crypto';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
export type Schemas = Readonly<Record<string, Schema>>;

const OF_FORMAT: Readonly<Record<string, () => string>> = {
  uuid: randomUUID,
  email: () => `${randomUUID()}@example.org`,
  uri: () => 'https://example.org/',
  'date-time': () => new Date(Date.now() + 86_400_000).toISOString(),
};

export function sampleOf(schema: Schema, schemas: Schemas): unknown {
  const { $ref, anyOf, oneOf, allOf } = schema;
  if ($ref) return sampleOf(schemas[$ref.replace(/^.*\//, '')] ?? {}, schemas);
  const [alternative] = [...(anyOf ?? []), ...(oneOf ?? [])];
  if (alternative) return sampleOf(alternative, schemas);
  if (allOf) return Object.assign({}, ...allOf.map((each) => sampleOf(each, schemas)));
  const [given] = [
    schema.const,
    schema.default,
    schema.example,
    ...(schema.examples ?? []),
    ...(schema.enum ?? []),
  ].filter((each) => each !== undefined);
  return given ?? OF_TYPE[[schema.type ?? 'object'].flat()[0] ?? 'object']?.(schema, schemas);
}

const OF_TYPE: Readonly<Record<string, (schema: Schema, schemas: Schemas) => unknown>> = {
  string: ({ format = '', minLength = 1 }) => OF_FORMAT[format]?.() ?? 'x'.repeat(minLength),
  integer: ({ minimum = 1 }) => Math.max(minimum, 1),
  number: ({ minimum = 1 }) => Math.max(minimum, 1),
  boolean: () => true,
  array: ({ items = {}, minItems = 0 }, schemas) => Array.from({ length: minItems }, () => sampleOf(items, schemas)),
  object: ({ properties = {}, required = [] }, schemas) =>
    Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, schemas)])),
};
