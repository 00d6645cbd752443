/** With what are addresses signed that need no header? With a key that the database made when it was, and never gives again. */
import type { DataSource } from 'typeorm';

const keys = new WeakMap<DataSource, Promise<string>>();

export function sharingKey(db: DataSource): Promise<string> {
  const read = keys.get(db) ?? db.query('SELECT key FROM sharing_key').then(([row]) => String(row.key));
  keys.set(db, read);
  read.catch(() => keys.delete(db)); // the next asks again
  return read;
}
