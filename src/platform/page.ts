/** How is a long list read? Page by page, each beginning after the last row of the one before: stable while rows come and go. */
import { z } from 'zod';
import { DomainError } from './domain-error.js';

/** The cursor is rubbish, of another version of the service, or of another order. */
export class MalformedCursor extends DomainError {
  readonly code = 'malformed-cursor';
  readonly kind = 'malformed';

  constructor() {
    super('This cursor does not belong to this list and order. Begin again without one, and follow `nextCursor`.');
  }
}

/** What every list may be asked, besides its own filters. More than 100 is refused, so that nobody takes a part for the whole. */
export function pageQuery<Filters extends z.core.$ZodLooseShape = Record<never, never>>(filters?: Filters) {
  return z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(2_000).optional().meta({ description: 'The `nextCursor` of the page before.' }),
    count: z
      .enum(['true', 'false'])
      .default('false')
      .transform((word) => word === 'true')
      .meta({ description: 'Whether to count all there are, as `total`: slower.' }),
    ...(filters as Filters),
  });
}

/** `?state=a,b` */
export const commaList = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .transform((list) => list.split(',').filter(Boolean))
    .pipe(z.array(item).min(1))
    .meta({ description: 'One, or several by commas.' });

export const pageOf = <Item extends z.ZodType>(item: Item, id: string) =>
  z
    .object({
      items: z.array(item),
      nextCursor: z.string().nullable().meta({ description: 'Null: this was the last page.' }),
      total: z.int().optional().meta({ description: 'With `count=true`: how many there are on all pages.' }),
    })
    .meta({ id });

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
  readonly total?: number;
}

/**
 * A column of timestamps as a key: PostgreSQL keeps microseconds, and a `Date` would lose them,
 * and with them the rows between. Select it `AS "sinceKey"`, compare with `$1::timestamptz`.
 */
export const instantKey = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
/** The schema of such a key. */
export const Instant = z.iso.datetime();

const VERSION = 1;

/**
 * One order of one list. `name` tells it from all others; `Keys` are what its ORDER BY names, and end with what is unique.
 *
 * Ask for `limit + 1` rows after `read(cursor)`; `page` keeps `limit` of them and knows whether there is more.
 */
export function keyset<Keys extends z.ZodType>(name: string, Keys: Keys) {
  const Cursor = z.tuple([z.literal(VERSION), z.literal(name), Keys]);

  return {
    /** Null: from the beginning. @throws MalformedCursor */
    read(cursor: string | undefined): z.output<Keys> | null {
      if (cursor === undefined) return null;
      const parsed = Cursor.safeParse(fromJson(Buffer.from(cursor, 'base64url').toString('utf8')));
      if (!parsed.success) throw new MalformedCursor();
      return parsed.data[2] as z.output<Keys>;
    },

    page<Row>(rows: readonly Row[], limit: number, keysOf: (row: Row) => z.input<Keys>): Page<Row> {
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { items, nextCursor: more ? write([VERSION, name, keysOf(last)]) : null };
    },
  };
}

const write = (cursor: unknown): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
