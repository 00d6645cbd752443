/** How do zod schemas get into the OpenAPI document? Each under its id; what is sent and what is answered may differ in form. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { canonical } from './canonical-json.js';

type JsonSchema = Record<string, unknown>;
type Named = Record<string, JsonSchema>;
type Direction = 'input' | 'output';

/** What a request brings is set apart by this until all schemas are known. */
const MARK = '.input';

export class SchemaForms {
  private readonly seen = new Map<string, string>();

  /** For Nest's document: the schema, and those that it names. */
  readonly convert = (schema: unknown, { schemaType }: { readonly schemaType: Direction }) => {
    if (!(schema instanceof z.ZodType)) return undefined;
    const mark = schemaType === 'input' ? MARK : '';
    const { $schema: _, $defs = {}, ...whole } = withMark(jsonOf(schema, schemaType), mark);
    const components = Object.fromEntries(Object.entries($defs as Named).map(([id, form]) => [`${id}${mark}`, form]));
    for (const [name, form] of Object.entries(components)) this.refuseTwins(name, form);
    return { schema: whole, components };
  };

  /** What no operation names, too. */
  withComponents(known: object | undefined, more: Readonly<Record<string, z.ZodType>>): Record<string, object> {
    const found = Object.values(more).map((schema) => this.convert(schema, { schemaType: 'output' })?.components);
    return Object.assign({ ...known }, ...found) as Record<string, object>;
  }

  /** A schema has one name where both forms are equal; otherwise what is sent ends in `Input`. */
  settled<Document extends OpenAPIObject>(document: Document): Document {
    const schemas = (document.components?.schemas ?? {}) as Named;
    const apart = formsApart(schemas);
    const names = new Map(
      Object.keys(schemas)
        .filter((name) => name.endsWith(MARK))
        .map((name) => [name, apart.has(name) ? `${plainOf(name)}Input` : plainOf(name)]),
    );
    const renamed = Object.entries(schemas).map(([name, form]) => [names.get(name) ?? name, form] as const);
    const inOrder = Object.fromEntries(renamed.sort(([a], [b]) => (a < b ? -1 : 1)));
    const text = JSON.stringify({ ...document, components: { ...document.components, schemas: inOrder } });
    return JSON.parse(text.replaceAll(REFERENCE, (_, name: string) => reference(names.get(name) ?? name)));
  }

  private refuseTwins(name: string, form: JsonSchema): void {
    const text = canonical(form);
    const other = this.seen.get(name);
    if (other !== undefined && other !== text) {
      throw new Error(
        `Two different schemas have the id "${name.replace(MARK, '')}" in their meta: give each its own.`,
      );
    }
    this.seen.set(name, text);
  }
}

function jsonOf(schema: z.ZodType, io: Direction): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // A format says it; its pattern is long and differs from reader to reader.
      if (jsonSchema.format) delete jsonSchema.pattern;
      // Every integer of JSON is that small.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;
const reference = (name: string) => `"#/components/schemas/${name}"`;
const plainOf = (name: string) => name.slice(0, -MARK.length);

const withMark = (form: JsonSchema, mark: string): JsonSchema =>
  JSON.parse(JSON.stringify(form).replaceAll(/"#\/\$defs\/([^"]+)"/g, (_, id: string) => `"#/$defs/${id}${mark}"`));

/** Those whose two forms differ, and those that refer to one that does. */
function formsApart(schemas: Named): ReadonlySet<string> {
  const inputs = Object.entries(schemas).filter(([name]) => name.endsWith(MARK));
  const apart = new Set<string>();
  for (let before = -1; before < apart.size; ) {
    before = apart.size;
    for (const [name, form] of inputs) {
      const answered = schemas[plainOf(name)];
      const text = canonical(form);
      const refers = [...text.matchAll(REFERENCE)].some(([, other = '']) => apart.has(other));
      const same = !answered || text.replaceAll(MARK, '') === canonical(answered);
      if (answered && (refers || !same)) apart.add(name);
      if (!answered && refers) apart.add(name);
    }
  }
  return apart;
}
