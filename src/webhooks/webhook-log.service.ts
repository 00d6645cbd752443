/** What was sent to an endpoint, what did it answer, and what is it to be sent once more? */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { post } from '../outbox/outbox.js';
import { InvalidQuery } from '../platform/invalid-request.js';
import { Instant, keyset, type Page } from '../platform/page.js';
import { BY_ITS_VALUES } from '../platform/prepared-statements.js';
import { DELIVERIES, type DeliveryRow, view } from './delivery-views.js';
import { faultOf, isWanted, TOPICS_OF_STAFF } from './webhook-filter.js';
import { TEST_TOPIC } from './webhook-sending.service.js';
import { DeliveryUnderWay, WebhookDeliveryNotFound, WebhookOff } from './webhooks.errors.js';
import type {
  DeliveriesQuery,
  Range,
  Redelivered,
  WebhookAttemptView,
  WebhookDeliveryView,
  WholeDeliveryView,
} from './webhooks.schema.js';
import { WebhooksService, type Whose } from './webhooks.service.js';

const NEWEST_FIRST = keyset('webhook-deliveries', z.tuple([Instant, z.string().regex(/^\d+$/)]));
/** One call sends no more of them again. */
const MOST = 1_000;

/** $1 to $5: the endpoint, states, topics, from, to; null: any. Instants are told in milliseconds, and kept in fewer. */
const MATCHING = `
  d."endpointId" = $1 AND ($2::text[] IS NULL OR d.state = ANY ($2)) AND ($3::text[] IS NULL OR d.topic = ANY ($3))
  AND ($4::timestamptz IS NULL OR d."createdAt" >= $4) AND ($5::timestamptz IS NULL OR d."createdAt" < $5::timestamptz + interval '1 ms')`;

/**
 * The last delivery of each message of a range: what was sent again already stands for what it followed. $6 of them,
 * and those after are left to the next call.
 */
const IN_RANGE = `${BY_ITS_VALUES}
  SELECT d.id, d.position FROM webhook_delivery d
   WHERE d."endpointId" = $1 AND d."redeliveredBy" IS NULL AND d."eventId" IS NOT NULL AND d.state = ANY ($2::text[])
     AND ($3::timestamptz IS NULL OR d."createdAt" >= $3) AND ($4::timestamptz IS NULL OR d."createdAt" < $4::timestamptz + interval '1 ms')
     AND ($5::bigint IS NULL OR d.position >= $5) AND ($6::bigint IS NULL OR d.position <= $6)
   ORDER BY d.position LIMIT ${MOST + 1} FOR UPDATE`;

/** Each of $1 once more, as a delivery of its own: what it follows is known by it. */
const SEND_AGAIN = `
  WITH again AS (
    INSERT INTO webhook_delivery (id, "endpointId", "messageId", "eventId", position, topic, audience, "submissionId", body, state, "redeliveryOf")
    SELECT gen_random_uuid(), "endpointId", "messageId", "eventId", position, topic, audience, "submissionId", body, 'pending', id
      FROM webhook_delivery WHERE id = ANY ($1::uuid[]) ORDER BY position
    RETURNING id, "endpointId", "messageId"),
  followed AS (
    UPDATE webhook_delivery d SET "redeliveredBy" = again.id,
           state = CASE WHEN d.state = 'failed' THEN 'dead' ELSE d.state END,
           "endedAt" = coalesce(d."endedAt", now())
      FROM again WHERE d."endpointId" = again."endpointId" AND d."messageId" = again."messageId" AND d."redeliveredBy" IS NULL)
  SELECT id FROM again`;

const LOGGED = [...TOPICS_OF_STAFF, TEST_TOPIC];

/** @throws InvalidQuery */
function topicsOf(patterns: readonly string[]): readonly string[] {
  const faults = patterns.flatMap((found) => {
    const detail = faultOf(found, LOGGED);
    return detail ? [{ parameter: 'event', code: 'unknown_event', detail, found }] : [];
  });
  if (faults.length > 0) throw new InvalidQuery(faults);
  return LOGGED.filter((topic) => isWanted(patterns, topic));
}

@Injectable()
export class WebhookLog {
  constructor(
    private readonly db: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  async page(endpointId: string, query: DeliveriesQuery, whose: Whose): Promise<Page<WebhookDeliveryView>> {
    await this.webhooks.get(endpointId, whose);
    const { limit, cursor, count, state, event, from, to } = query;
    const [createdAt, seq] = NEWEST_FIRST.read(cursor) ?? [null, null];
    const filter = [endpointId, state ?? null, event ? topicsOf(event) : null, from ?? null, to ?? null];
    const rows: DeliveryRow[] = await this.db.query(
      `${BY_ITS_VALUES}${DELIVERIES}
        WHERE ${MATCHING} AND ($6::timestamptz IS NULL OR (d."createdAt", d.seq) < ($6::timestamptz, $7::bigint))
        ORDER BY d."createdAt" DESC, d.seq DESC LIMIT $8`,
      [...filter, createdAt, seq, limit + 1],
    );
    const { items, nextCursor } = NEWEST_FIRST.page(rows, limit, (row) => [row.createdKey, row.seq]);
    const page = { items: items.map(view), nextCursor };
    if (!count) return page;
    const [{ total }] = await this.db.query(
      `${BY_ITS_VALUES}SELECT count(*)::int AS total FROM webhook_delivery d WHERE ${MATCHING}`,
      filter,
    );
    return { ...page, total };
  }

  /** With every try. What somebody was never sent they are not shown either: they may not see it any more. */
  async one(endpointId: string, id: string, whose: Whose): Promise<WholeDeliveryView> {
    await this.webhooks.get(endpointId, whose);
    const row = await this.find(this.db.manager, endpointId, id);
    const [sent] = await this.db.query(
      `SELECT h.url, d.body FROM webhook_delivery d JOIN webhook_endpoint h ON h.id = d."endpointId" WHERE d.id = $1`,
      [id],
    );
    const tries = await this.db.query(
      `SELECT attempt, "startedAt" AS at, "durationMs", "requestHeaders", problem,
              CASE WHEN status IS NOT NULL THEN
                jsonb_build_object('status', status, 'headers', "responseHeaders", 'body', "responseBody", 'isCut', "isCut")
              END AS response
         FROM webhook_attempt WHERE "deliveryId" = $1 ORDER BY attempt`,
      [id],
    );
    const isShown = whose.personId === null || row.attempts > 0;
    return { ...view(row), request: isShown ? sent : null, tries: tries as WebhookAttemptView[] };
  }

  /** An event that has not happened, sent at once, to an endpoint that is off as well. */
  async test(endpointId: string, whose: Whose): Promise<WebhookDeliveryView> {
    const id = randomUUID();
    return this.db.transaction(async (tx) => {
      await this.webhooks.get(endpointId, whose, tx);
      const body = JSON.stringify({
        type: TEST_TOPIC,
        timestamp: new Date().toISOString(),
        data: { webhook: endpointId, sequence: null },
      });
      await tx.query(
        `INSERT INTO webhook_delivery (id, "endpointId", "messageId", topic, audience, body, state)
         VALUES ($1, $2, $3, $4, 'person', $5, 'pending')`,
        [id, endpointId, `msg_${id.replaceAll('-', '')}`, TEST_TOPIC, body],
      );
      await post(tx, { topic: 'webhook.due', endpointId });
      return view(await this.find(tx, endpointId, id));
    });
  }

  /** @throws WebhookOff, DeliveryUnderWay, WebhookDeliveryNotFound */
  async redeliver(endpointId: string, id: string, whose: Whose, user: User): Promise<WebhookDeliveryView> {
    return this.db.transaction(async (tx) => {
      await this.mustBeOn(tx, endpointId, whose);
      const { state, messageId } = await this.find(tx, endpointId, id);
      const [last] = await tx.query(
        `SELECT id, state FROM webhook_delivery
          WHERE "endpointId" = $1 AND "messageId" = $2 AND "redeliveredBy" IS NULL FOR UPDATE`,
        [endpointId, messageId],
      );
      if (['pending', 'sending'].includes(last?.state)) throw new DeliveryUnderWay(last.id, last.state);
      const [again] = await this.sendAgain(tx, endpointId, [id]);
      await this.record(tx, user, endpointId, { deliveryId: id, state });
      return view(await this.find(tx, endpointId, again ?? id));
    });
  }

  /** In the order in which it happened. @throws WebhookOff */
  async redeliverRange(endpointId: string, range: Range, whose: Whose, user: User): Promise<Redelivered> {
    return this.db.transaction(async (tx) => {
      await this.mustBeOn(tx, endpointId, whose);
      const { from = null, to = null, fromSequence = null, toSequence = null, state } = range;
      const found: { id: string; position: string }[] = await tx.query(IN_RANGE, [
        ...[endpointId, state, from, to, fromSequence, toSequence],
      ]);
      const chosen = found.slice(0, MOST).map(({ id }) => id);
      if (chosen.length > 0) await this.sendAgain(tx, endpointId, chosen);
      await this.record(tx, user, endpointId, { ...range, count: chosen.length });
      const next = found[MOST];
      return { count: chosen.length, nextSequence: next ? Number(next.position) : null };
    });
  }

  private async sendAgain(tx: EntityManager, endpointId: string, ids: readonly string[]): Promise<string[]> {
    const again: { id: string }[] = await tx.query(SEND_AGAIN, [ids]);
    await post(tx, { topic: 'webhook.due', endpointId });
    return again.map(({ id }) => id);
  }

  private async mustBeOn(tx: EntityManager, endpointId: string, whose: Whose): Promise<void> {
    const { active } = await this.webhooks.get(endpointId, whose, tx);
    if (!active) throw new WebhookOff(endpointId);
  }

  private async find(tx: EntityManager, endpointId: string, id: string): Promise<DeliveryRow> {
    const [row]: [DeliveryRow?] = await tx.query(`${DELIVERIES} WHERE d."endpointId" = $1 AND d.id = $2`, [
      endpointId,
      id,
    ]);
    if (!row) throw new WebhookDeliveryNotFound(id);
    return row;
  }

  private record(tx: EntityManager, user: User, id: string, details: object): Promise<void> {
    const act = { actorId: user.id, action: 'webhook.redelivered', object: { type: 'webhook', id } };
    return recordAct(tx, { ...act, details: { ...details } });
  }
}
