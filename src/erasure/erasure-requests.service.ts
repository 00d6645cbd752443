/** Who has asked to be erased? They ask, admins are told and find them in a list, and do it. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';
import { Instant, instantKey, keyset, type Page } from '../platform/page.js';
import type { ErasureRequestsQuery, ErasureRequestView } from './erasure.schema.js';

const OLDEST_FIRST = keyset('erasure-requests', z.tuple([Instant, z.uuid()]));
const WAITING = `"erasureRequestedAt" IS NOT NULL AND "erasedAt" IS NULL`;

@Injectable()
export class ErasureRequestsService {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async ask(id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [, asked] = await tx.query(
        'UPDATE person SET "erasureRequestedAt" = now() WHERE id = $1 AND "erasureRequestedAt" IS NULL',
        [id],
      );
      if (asked !== 1) return; // once is enough
      await recordAct(tx, { actorId: id, action: 'person.erasure_requested', object: { type: 'person', id } });
      const admins: { id: string }[] = await tx.query(
        `SELECT id FROM person p WHERE 'admin' = ANY (roles_held(p)) AND p."disabledAt" IS NULL`,
      );
      await tellPeople(tx, {
        messageId: randomUUID(),
        topic: 'erasure.requested',
        submissionId: null,
        personIds: admins.map((admin) => admin.id),
        title: 'Somebody asks to be erased',
        blocks: [say('A person asks that what is kept of them is erased. See first what would become of it.')],
        link: `${publicUrl(this.config)}/admin/users/${id}`,
      });
    });
  }

  async takeBack(id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [, taken] = await tx.query(
        'UPDATE person SET "erasureRequestedAt" = NULL WHERE id = $1 AND "erasureRequestedAt" IS NOT NULL',
        [id],
      );
      if (taken !== 1) return;
      await recordAct(tx, { actorId: id, action: 'person.erasure_taken_back', object: { type: 'person', id } });
    });
  }

  async page({ limit, cursor, count }: ErasureRequestsQuery): Promise<Page<ErasureRequestView>> {
    const [at, id] = OLDEST_FIRST.read(cursor) ?? [null, null];
    const rows = await this.db.query(
      `SELECT id AS "personId", name, email, "erasureRequestedAt" AS "requestedAt", ${instantKey('"erasureRequestedAt"')} AS key
         FROM person WHERE ${WAITING}
          AND ($1::timestamptz IS NULL OR ("erasureRequestedAt", id) > ($1::timestamptz, $2::uuid))
        ORDER BY "erasureRequestedAt", id LIMIT $3`,
      [at, id, limit + 1],
    );
    const page = OLDEST_FIRST.page<ErasureRequestView & { key: string }>(rows, limit, (row) => [row.key, row.personId]);
    if (!count) return page;
    const [{ total }] = await this.db.query(`SELECT count(*)::int AS total FROM person WHERE ${WAITING}`);
    return { ...page, total };
  }
}
