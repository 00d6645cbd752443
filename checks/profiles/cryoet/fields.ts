/** Which kinds of field are there? Each has a title and a description, since the form in the browser is drawn from them. */
import { z } from 'zod';
import { Text } from '../terms.js';

export interface Shown {
  readonly title: string;
  readonly description: string;
  /** Each run must have it, be it by the defaults of its data set. */
  readonly requiredOfRun?: true;
  /** Values that are usual; others are taken too. */
  readonly examples?: readonly string[];
  readonly [more: string]: unknown;
}

interface Bounds {
  readonly unit: string;
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  /** What a number outside probably is: told with the fault. */
  readonly hint?: (value: number) => string | null;
}

/** A number with its unit and what it may be. */
export function measure({ unit, from, above, to, hint }: Bounds, shown: Shown) {
  const least = above !== undefined ? ` above ${above}` : from !== undefined ? ` from ${from}` : '';
  const most = to === undefined ? '' : above !== undefined ? ` and at most ${to}` : ` to ${to}`;
  const expected = `expected a number${unit === '' ? '' : ` in ${unit}`}${least}${most}`;
  const told = {
    error: ({ input }: { readonly input?: unknown }) => {
      const probably = typeof input === 'number' ? (hint?.(input) ?? null) : null;
      return probably === null ? expected : `${expected}; ${probably}`;
    },
  };
  let schema = z.number(told);
  if (from !== undefined) schema = schema.min(from, told);
  if (above !== undefined) schema = schema.gt(above, told);
  if (to !== undefined) schema = schema.max(to, told);
  return schema.meta(unit === '' ? { ...shown } : { ...shown, unit });
}

export const count = (from: number, to: number, shown: Shown) => {
  const error = `expected a whole number from ${from} to ${to}`;
  return z
    .int(error)
    .min(from, error)
    .max(to, error)
    .meta({ ...shown });
};

export const flag = (shown: Shown) => z.boolean('expected true or false').meta({ ...shown });

export const words = (most: number, shown: Shown) => Text(most).meta({ ...shown });

export const choice = <const V extends readonly string[]>(values: V, shown: Shown) =>
  z.enum(values, `expected one of ${values.join(', ')}`).meta({ ...shown });

/** An object with the fields that its profile knows, and no others. */
export const parts = <const S extends z.core.$ZodLooseShape>(
  shape: S,
  shown: Shown,
  expected = 'an object with fields',
) =>
  z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? `has no field ${issue.keys.join(', ')}` : `expected ${expected}`,
    })
    .meta({ ...shown });

/** A map of what people name themselves. */
export const mapOf = <V extends z.ZodType>(key: z.ZodString, what: string, value: V, most: number, shown: Shown) =>
  z
    .record(key, value, {
      error: (issue) => (issue.code === 'invalid_key' ? `expected a name of ${what}` : `expected a map of ${what}`),
    })
    .refine((map) => Object.keys(map).length <= most, `expected at most ${most}`)
    .meta({ ...shown });

/** A key in the metadata: short, so that it can stand in a path. */
export const Key = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i);
