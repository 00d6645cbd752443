/**
 * How often is a statement planned? A few times by each connection, and then no more: to plan one of ours costs PostgreSQL
 * more than to run it. Whoever asks needs not know; a statement that comes with values is given a name.
 */
import { Client, type QueryConfig } from 'pg';

/** Those that a process has named. Plans take memory on every connection: what comes later is planned each time. */
const names = new Map<string, string>();
const MOST = 500;

/** In front of a search: by which index it goes depends on what is asked for, and so it is planned each time. */
export const BY_ITS_VALUES = '/* planned for its values */ ';

/** Their result changes with the table: after a migration, PostgreSQL refuses to run the plan that it has. */
const ALL_COLUMNS = /(?:\b(?:SELECT|RETURNING)\s+|\.)\*/i;

export class PreparingClient extends Client {
  // biome-ignore lint/suspicious/noExplicitAny: the many forms of pg's own, of which one is another here
  override query(...asked: any[]): any {
    const [text, values, ...rest] = asked;
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : null;
    const config: QueryConfig | null = name === null ? null : { name, text, values };
    return Reflect.apply(super.query, this, config ? [config, ...rest] : asked);
  }
}

function nameOf(text: string): string | null {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST || text.startsWith(BY_ITS_VALUES) || ALL_COLUMNS.test(text))
    return known ?? null;
  const name = `accession_${names.size}`;
  names.set(text, name);
  return name;
}
