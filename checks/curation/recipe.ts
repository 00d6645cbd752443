/**
 * What is a contributor's recipe? Data: what each field of the schema is to say in a file, one value for all rows, or what
 * stands in another column, as it is or put in the schema's words.
 */
import { z } from 'zod';

const Scalar = z.union([z.string(), z.boolean()]);

/** From a column of the same frame: as it is, or by `map`, with `default` for what the map does not have. */
const FromColumn = z.strictObject({
  from: z.string().min(1),
  map: z.record(z.string(), Scalar).optional(),
  default: Scalar.optional(),
});

const Fields = z.record(z.string().min(1), z.union([Scalar, FromColumn])).default({});

export const Recipe = z.strictObject({
  /** Edition of the schema: `7.0.0`. */
  schema: z.string().optional(),
  obs: Fields,
  var: Fields,
  uns: z.record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  /** Before the name of an original column whose name is needed. */
  keep_as: z
    .string()
    .regex(/^[A-Za-z]\w*$/)
    .default('author_'),
});

export type Recipe = z.infer<typeof Recipe>;
export type Field = Recipe['obs'][string];

/** A recipe as sentences of what is wrong with it, or as data. */
export function recipeOf(data: unknown): { readonly recipe: Recipe } | { readonly faults: readonly string[] } {
  const parsed = Recipe.safeParse(data ?? {});
  if (parsed.success) return { recipe: parsed.data };
  return { faults: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`) };
}
