/** In which order is a list of submissions read? By a few keys, each up or down, and last by what no two have in common. */
import { z } from 'zod';
import { Instant, instantKey } from '../platform/page.js';

interface Key {
  readonly column: string;
  /** What stands in the cursor. */
  readonly schema: z.ZodType<string | number>;
  /** Whether the column counts the other way round than people do. */
  readonly inverted?: boolean;
}

export const KEYS = {
  since: { column: 'since', schema: Instant },
  updatedAt: { column: 'updatedAt', schema: Instant },
  createdAt: { column: 'createdAt', schema: Instant },
  dueAt: { column: 'decideBy', schema: Instant },
  priority: { column: 'urgency', schema: z.int(), inverted: true },
} as const satisfies Record<string, Key>;
export type SortKey = keyof typeof KEYS;

const MOST = 3;
const isSortKey = (name: string): name is SortKey => Object.hasOwn(KEYS, name);

/** What is wrong with `?sort=`; null: nothing. */
export function faultOf(sort: string): string | null {
  const names = sort.split(',').map((key) => key.replace(/^-/, ''));
  const unknown = names.find((name) => !isSortKey(name));
  if (unknown !== undefined) return `"${unknown}" is no key to sort by: there are ${Object.keys(KEYS).join(', ')}`;
  if (new Set(names).size < names.length) return 'expected each key once';
  return names.length > MOST ? `expected at most ${MOST} keys` : null;
}

export interface Ordered {
  readonly column: string;
  readonly descending: boolean;
  readonly schema: z.ZodType<string | number>;
}

/** Those of one priority are read by age: no two have it in common by chance. */
export function orderOf(sort: string): readonly Ordered[] {
  const asked = sort.split(',').map((key): Ordered => {
    const { column, schema, inverted = false }: Key = KEYS[key.replace(/^-/, '') as SortKey];
    return { column, schema, descending: key.startsWith('-') !== inverted };
  });
  const [only] = asked;
  const keys = asked.length === 1 && only?.column === 'urgency' ? [only, { ...only, ...KEYS.since }] : asked;
  return [...keys, { column: 'id', schema: z.uuid(), descending: keys.at(-1)?.descending ?? false }];
}

/** The keys of a row as its cursor has them. */
export const cursorOf = (order: readonly Ordered[]) =>
  z.tuple(order.map(({ schema }) => schema) as [z.ZodType<string | number>]);

export const orderBy = (order: readonly Ordered[], row: string): string =>
  order.map(({ column, descending }) => `${row}."${column}" ${descending ? 'DESC' : 'ASC'}`).join(', ');

/** The columns of a cursor, as text that loses nothing: `key0` and on. */
export const keysOf = (order: readonly Ordered[], row: string): string =>
  order.map(({ column, schema }, i) => `${textOf(`${row}."${column}"`, schema)} AS key${i}`).join(', ');

const textOf = (column: string, schema: Ordered['schema']) => (schema === Instant ? instantKey(column) : column);

/** Whether the row `x` comes behind the one that has these keys. */
export function behind(
  order: readonly Ordered[],
  keys: readonly (string | number)[],
  place: (value: unknown) => string,
): string {
  const places = order.map(({ schema }, i) => `${place(keys[i])}::${typeOf(schema)}`);
  const [first] = order;
  if (order.every(({ descending }) => descending === first?.descending))
    return `(${order.map(({ column }) => `x."${column}"`).join(', ')}) ${first?.descending ? '<' : '>'} (${places.join(', ')})`;
  // Where they point in several directions: equal so far, and behind by the next. The first is said once more, for the index.
  const each = order.map(({ column, descending }, i) =>
    [
      ...order.slice(0, i).map((equal, j) => `x."${equal.column}" = ${places[j]}`),
      `x."${column}" ${descending ? '<' : '>'} ${places[i]}`,
    ].join(' AND '),
  );
  return `x."${first?.column}" ${first?.descending ? '<=' : '>='} ${places[0]} AND (${each.map((one) => `(${one})`).join(' OR ')})`;
}

const typeOf = (schema: Ordered['schema']) =>
  schema === Instant ? 'timestamptz' : schema instanceof z.ZodUUID ? 'uuid' : 'smallint';
