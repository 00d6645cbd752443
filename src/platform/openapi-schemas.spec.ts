import type { OpenAPIObject } from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SchemaForms } from './openapi-schemas.js';

/** The components of a document in which these are sent and those are answered. */
function componentsOf(sent: z.ZodType[], answered: z.ZodType[]) {
  const forms = new SchemaForms();
  const all = [
    ...sent.map((schema) => forms.convert(schema, { schemaType: 'input' })),
    ...answered.map((schema) => forms.convert(schema, { schemaType: 'output' })),
  ];
  const text = JSON.stringify(Object.assign({}, ...all.map((each) => each?.components)));
  // Nest moves the definitions to where a document has them.
  const schemas = JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/'));
  const document = forms.settled({ components: { schemas } } as unknown as OpenAPIObject);
  return document.components?.schemas as Record<string, Record<string, unknown>>;
}

describe('the schemas of the document', () => {
  it('have one name where what is sent and what is answered look alike', () => {
    const Anchor = z.strictObject({ pointer: z.string() }).meta({ id: 'Anchor' });
    const Sent = z.strictObject({ anchor: Anchor }).meta({ id: 'Sent' });
    const Answered = z.object({ anchor: Anchor }).meta({ id: 'Answered' });

    expect(Object.keys(componentsOf([Sent], [Answered]))).toEqual(['Anchor', 'Answered', 'Sent']);
  });

  it('have two where they differ, and so has what refers to them', () => {
    const Part = z.strictObject({ unit: z.string().default('nm') }).meta({ id: 'Part' });
    const Whole = z.strictObject({ part: Part }).meta({ id: 'Whole' });

    const schemas = componentsOf([Whole], [Whole]);

    expect(Object.keys(schemas)).toEqual(['Part', 'PartInput', 'Whole', 'WholeInput']);
    expect(JSON.stringify(schemas.WholeInput)).toContain('"#/components/schemas/PartInput"');
    expect(JSON.stringify(schemas.Whole)).toContain('"#/components/schemas/Part"');
  });

  it('refuse two different schemas of one name', () => {
    const one = z.object({ a: z.string() }).meta({ id: 'Twin' });
    const other = z.object({ b: z.string() }).meta({ id: 'Twin' });

    expect(() => componentsOf([], [one, other])).toThrow('"Twin"');
  });
});
