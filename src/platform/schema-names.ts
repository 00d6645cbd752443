/** Which names does a schema know? Those of the object that lies at a path of it. */
import { z } from 'zod';

export function namesAt(schema: unknown, path: readonly PropertyKey[] = []): readonly string[] {
  const [step, ...rest] = path;
  const within = unwrapped(schema);
  if (within instanceof z.ZodObject) {
    return step === undefined ? Object.keys(within.shape) : namesAt(within.shape[String(step)], rest);
  }
  if (within instanceof z.ZodRecord)
    return step === undefined ? keysOf(within.keyType) : namesAt(within.valueType, rest);
  if (within instanceof z.ZodArray && step !== undefined) return namesAt(within.element, rest);
  if (within instanceof z.ZodUnion) return [...new Set(within.options.flatMap((option) => namesAt(option, path)))];
  return [];
}

/** Of a record whose keys are counted up. */
const keysOf = (keys: unknown): readonly string[] => (keys instanceof z.ZodEnum ? keys.options.map(String) : []);

/** What an optional, a default, a nullable or a transformation is made around. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrapped(schema.unwrap());
  return schema;
}
