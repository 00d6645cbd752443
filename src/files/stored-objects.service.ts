/**
 * Which objects are there, and how long do they stay? Equal files share one.
 *
 * The row comes first, both ways: who needs an object renews its row before looking for the bytes, and who collects it
 * deletes the row and holds it until the bytes are gone. So the two wait for each other, and a crash between them leaves
 * a row without bytes, which the next to need them writes, and the next to collect deletes.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import { OBJECT_STORE, type ObjectStore, objectKey } from './object-store.js';

const USE = `
  INSERT INTO stored_object (sha256, size) VALUES ($1, $2)
  ON CONFLICT (sha256) DO UPDATE SET "usedAt" = now()`;

/** $1 the instant before which nobody used it, $2 how many. */
const UNUSED = `
  SELECT sha256 FROM stored_object o
   WHERE "usedAt" < $1 AND NOT EXISTS (SELECT FROM submission_file f WHERE f.sha256 = o.sha256)
   ORDER BY "usedAt" LIMIT $2`;

/** The same conditions: it may have been used since it was found. */
const DROP = `
  DELETE FROM stored_object o
   WHERE sha256 = $2 AND "usedAt" < $1 AND NOT EXISTS (SELECT FROM submission_file f WHERE f.sha256 = o.sha256)`;

const AT_ONCE = 1_000;

@Injectable()
export class StoredObjectsService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** How many bytes lie under a key; null: none do. */
  async sizeOf(key: string): Promise<number | null> {
    return (await this.store.stat(key))?.size ?? null;
  }

  /** The SHA-256 of what lies under a key, read through once. */
  async digest(key: string, signal: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(await this.store.open(key), hash, { signal });
    return hash.digest('hex');
  }

  /** What lies under `key` is the object of that digest; it cannot be collected before somebody had time to name it. */
  async adopt(key: string, sha256: string, size: number): Promise<void> {
    await this.db.query(USE, [sha256, size]);
    if ((await this.sizeOf(objectKey(sha256))) !== size) await this.store.copy(key, objectKey(sha256));
  }

  /** Within the transaction that names the object, or ceases to: its grace counts from now. */
  async use(tx: EntityManager, sha256: string, size: number): Promise<void> {
    await tx.query(USE, [sha256, size]);
  }

  /** Objects that no file names, and that nobody used for a while. */
  async collectGarbage(): Promise<number> {
    const cutoff = this.clock.in(-this.config.GARBAGE_GRACE);
    const unused: { sha256: string }[] = await this.db.query(UNUSED, [cutoff, AT_ONCE]);
    let removed = 0;
    for (const { sha256 } of unused) if (await this.collect(sha256, cutoff)) removed++;
    return removed;
  }

  /** An object that has no row, after a restored backup perhaps, is given one: if nobody names it, it is garbage by and by. */
  async adoptStrays(): Promise<number> {
    let strays = 0;
    for await (const { key, size, modifiedAt } of this.store.list('objects/')) {
      const sha256 = key.split('/').at(-1) ?? '';
      if (key !== objectKey(sha256) || !/^[0-9a-f]{64}$/.test(sha256)) continue;
      const added: unknown[] = await this.db.query(
        `INSERT INTO stored_object (sha256, size, "usedAt") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING sha256`,
        [sha256, size, modifiedAt],
      );
      strays += added.length;
    }
    return strays;
  }

  /** What interrupted writers have left. */
  async clean(): Promise<number> {
    return this.store.clean(new Date(this.clock.in(-this.config.GARBAGE_GRACE)));
  }

  private collect(sha256: string, cutoff: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, deleted] = await tx.query(DROP, [cutoff, sha256]);
      if (deleted !== 1) return false;
      await this.store.remove(objectKey(sha256));
      return true;
    });
  }
}
