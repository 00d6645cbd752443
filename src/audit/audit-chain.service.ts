/** Which entries stand in the chain, and does it hold? One hand at a time links what has been committed. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { instantKey } from '../platform/page.js';
import { BEGINNING, type Break, breakIn, type Entry, type Link, linkTo } from './chain.js';

const BATCH = 500;

/** The members of an entry `e` that are hashed. */
export const HASHED = `e.id, ${instantKey('e.at')} AS at, e."actorId", e.action, e."objectType", e."objectId", e."submissionId", e.details`;

const UNLINKED = `
  SELECT ${HASHED} FROM audit_unlinked u JOIN audit_entry e ON e.id = u."entryId" ORDER BY e.at, e.id LIMIT ${BATCH}`;

export interface Verification {
  readonly entries: number;
  /** Of the last entry: whoever has written it down elsewhere notices when the end is cut off. */
  readonly head: { readonly position: number; readonly hash: string };
  readonly brokenAt: Break | null;
}

@Injectable()
export class AuditChain {
  constructor(private readonly db: DataSource) {}

  /** @returns how many were linked; another hand may be at it, and then none */
  async link(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const [{ mine }] = await tx.query(`SELECT pg_try_advisory_xact_lock(hashtext('audit_chain')) AS mine`);
      if (!mine) return 0;
      const entries: Entry[] = await tx.query(UNLINKED);
      if (entries.length > 0) await append(tx, entries);
      return entries.length;
    });
  }

  /** A part of it, in order. */
  async after(position: number, limit = BATCH): Promise<Link[]> {
    const rows = await this.db.query(
      `SELECT l.position::float8 AS position, l.hash, ${HASHED}
         FROM audit_link l JOIN audit_entry e ON e.id = l."entryId" WHERE l.position > $1 ORDER BY l.position LIMIT $2`,
      [position, limit],
    );
    return rows;
  }

  /** From the first entry to the last. */
  async verify(): Promise<Verification> {
    let head = { position: 0, hash: BEGINNING };
    for (;;) {
      const links = await this.after(head.position);
      const last = links.at(-1);
      if (!last) return { entries: head.position, head, brokenAt: await this.cutAfter(head.position) };
      const brokenAt = breakIn(links, head);
      if (brokenAt) return { entries: head.position, head, brokenAt };
      head = { position: last.position, hash: last.hash };
    }
  }

  /** An entry that waits for no link and has none has lost it. */
  private async cutAfter(position: number): Promise<Break | null> {
    const lost = await this.db.query(
      `SELECT FROM audit_entry e
        WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l."entryId" = e.id)
          AND NOT EXISTS (SELECT FROM audit_unlinked u WHERE u."entryId" = e.id) LIMIT 1`,
    );
    return lost.length > 0 ? { position: position + 1, why: 'missing' } : null;
  }
}

async function append(tx: EntityManager, entries: readonly Entry[]): Promise<void> {
  const [last] = await tx.query(
    'SELECT position::float8 AS position, hash FROM audit_link ORDER BY position DESC LIMIT 1',
  );
  let { position, hash } = last ?? { position: 0, hash: BEGINNING };
  const links = entries.map((entry) => {
    position++;
    hash = linkTo(hash, entry);
    return { position, hash, entryId: entry.id };
  });
  await tx.query(
    `INSERT INTO audit_link (position, "entryId", hash)
     SELECT position, "entryId", hash FROM jsonb_to_recordset($1::jsonb) AS r (position bigint, "entryId" uuid, hash text)`,
    [JSON.stringify(links)],
  );
  await tx.query('DELETE FROM audit_unlinked WHERE "entryId" = ANY ($1::uuid[])', [entries.map(({ id }) => id)]);
}
