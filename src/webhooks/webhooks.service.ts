/** Where are events sent, and what is each endpoint to hear of? Alone in writing the table of endpoints, but for how they fare. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config } from '../config.js';
import { isStaff, type User } from '../identity/user.js';
import type { Precondition } from '../platform/etag.js';
import { type FieldFault, InvalidRequest } from '../platform/invalid-request.js';
import { Instant, keyset, type Page } from '../platform/page.js';
import { missWaiting } from './switch-off.js';
import { addressFault } from './webhook-address.js';
import { faultOf, TOPICS_OF_ANYONE, TOPICS_OF_STAFF } from './webhook-filter.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { ENDPOINTS, type EndpointRow, fieldsOf, view } from './webhook-views.js';
import { TooManyWebhooks, WebhookNotFound } from './webhooks.errors.js';
import type {
  NewWebhook,
  NewWebhookView,
  Rotation,
  WebhookEdit,
  WebhooksQuery,
  WebhookView,
} from './webhooks.schema.js';

/** Whose endpoints: one person's, by their id, or the installation's. */
export type Whose = { readonly personId: string | null };

const MOST = 50;
const NEWEST_FIRST = keyset('webhooks', z.tuple([Instant, z.uuid()]));

const OF = `("personId" = $1::uuid OR ($1::uuid IS NULL AND "personId" IS NULL))`;

@Injectable()
export class WebhooksService {
  constructor(
    private readonly db: DataSource,
    private readonly secrets: WebhookSecrets,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async page({ personId }: Whose, { limit, cursor, count }: WebhooksQuery): Promise<Page<WebhookView>> {
    const [createdAt, id] = NEWEST_FIRST.read(cursor) ?? [null, null];
    const rows: EndpointRow[] = await this.db.query(
      `${ENDPOINTS} WHERE ${OF} AND ($2::timestamptz IS NULL OR (h."createdAt", h.id) < ($2::timestamptz, $3::uuid))
        ORDER BY h."createdAt" DESC, h.id DESC LIMIT $4`,
      [personId, createdAt, id, limit + 1],
    );
    const { items, nextCursor } = NEWEST_FIRST.page(rows, limit, (row) => [row.createdKey, row.id]);
    const page = { items: items.map(view), nextCursor };
    return count ? { ...page, total: await this.count(this.db.manager, { personId }) } : page;
  }

  /** @throws WebhookNotFound, also where it is somebody else's */
  async get(id: string, { personId }: Whose, tx: EntityManager = this.db.manager): Promise<WebhookView> {
    const [row]: [EndpointRow?] = await tx.query(`${ENDPOINTS} WHERE ${OF} AND h.id = $2`, [personId, id]);
    if (!row) throw new WebhookNotFound(id);
    return view(row);
  }

  /** Its secret is in the answer, and never again. @throws InvalidRequest, TooManyWebhooks */
  async create(asked: NewWebhook, whose: Whose, user: User): Promise<NewWebhookView> {
    this.check(asked, whose, user);
    const id = randomUUID();
    const value = this.secrets.make();
    const secret = await this.secrets.seal(value, id);
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`webhooks of ${whose.personId}`]);
      if ((await this.count(tx, whose)) >= MOST) throw new TooManyWebhooks(MOST);
      const { url, description, events, active } = asked;
      await tx.query(
        `INSERT INTO webhook_endpoint (id, "personId", "createdBy", url, description, events, secret, active, "offAt", "offReason")
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN NOT $8 THEN now() END, CASE WHEN NOT $8 THEN 'person' END)`,
        [id, whose.personId, user.id, url, description, events, secret, active],
      );
      await this.record(tx, user, 'webhook.created', id, { events, active });
      const made = await this.get(id, whose, tx);
      return { ...made, secret: { ...made.secret, value } };
    });
  }

  async change(id: string, edit: WebhookEdit, whose: Whose, user: User, expected: Precondition): Promise<WebhookView> {
    this.check(edit, whose, user);
    return this.within(id, whose, async (tx, before) => {
      expected.check(fieldsOf(before));
      if (Object.keys(edit).length === 0) return before;
      const { url, description, events, active } = { ...fieldsOf(before), ...edit };
      const [isOn, isOff] = [active && !before.active, !active && before.active];
      await tx.query(
        `UPDATE webhook_endpoint SET url = $2, description = $3, events = $4, active = $5, "updatedAt" = now()
           ${isOn ? `, "offAt" = NULL, "offReason" = NULL, failures = 0, "failingSince" = NULL` : ''}
           ${isOff ? `, "offAt" = now(), "offReason" = 'person'` : ''}
          WHERE id = $1`,
        [id, url, description, events, active],
      );
      if (isOff) await missWaiting(tx, id);
      await this.record(tx, user, 'webhook.changed', id, { changed: Object.keys(edit), active });
      return this.get(id, whose, tx);
    });
  }

  /** With all that is known of its deliveries. */
  async remove(id: string, whose: Whose, user: User, expected: Precondition): Promise<void> {
    await this.within(id, whose, async (tx, before) => {
      expected.check(fieldsOf(before));
      await tx.query('DELETE FROM webhook_endpoint WHERE id = $1', [id]);
      await this.record(tx, user, 'webhook.deleted', id, {});
    });
  }

  /** A new secret; the one before signs beside it for a while, and the one before that no more. */
  async rotate(id: string, { keepOldFor }: Rotation, whose: Whose, user: User): Promise<NewWebhookView> {
    const value = this.secrets.make();
    const secret = await this.secrets.seal(value, id);
    return this.within(id, whose, async (tx) => {
      await tx.query(
        `UPDATE webhook_endpoint SET "rotatedAt" = now(), "updatedAt" = now(), secret = $2,
                "oldSecret" = CASE WHEN $3 > 0 THEN secret END,
                "oldSecretUntil" = CASE WHEN $3 > 0 THEN now() + $3 * interval '1 ms' END
          WHERE id = $1`,
        [id, secret, keepOldFor],
      );
      await this.record(tx, user, 'webhook.secret_rotated', id, { keepOldFor });
      const rotated = await this.get(id, whose, tx);
      return { ...rotated, secret: { ...rotated.secret, value } };
    });
  }

  /** With the endpoint held still. */
  private async within<T>(
    id: string,
    whose: Whose,
    work: (tx: EntityManager, before: WebhookView) => Promise<T>,
  ): Promise<T> {
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT FROM webhook_endpoint WHERE id = $1 FOR UPDATE', [id]);
      return work(tx, await this.get(id, whose, tx));
    });
  }

  /** @throws InvalidRequest */
  private check({ url, events }: WebhookEdit, { personId }: Whose, user: User): void {
    const faults: FieldFault[] = [];
    const fault = url === undefined ? null : addressFault(url, this.config.OUTBOUND_ALLOW);
    if (fault) faults.push({ pointer: '/url', code: 'address_refused', detail: fault, found: url });
    const topics = personId === null || isStaff(user) ? TOPICS_OF_STAFF : TOPICS_OF_ANYONE;
    for (const [i, pattern] of (events ?? []).entries()) {
      const detail = faultOf(pattern, topics);
      if (detail) faults.push({ pointer: `/events/${i}`, code: 'unknown_event', detail, found: pattern });
    }
    if (faults.length > 0) throw new InvalidRequest(faults);
  }

  private async count(tx: EntityManager, { personId }: Whose): Promise<number> {
    const [{ n }] = await tx.query(`SELECT count(*)::int AS n FROM webhook_endpoint WHERE ${OF}`, [personId]);
    return n;
  }

  private record(tx: EntityManager, user: User, action: string, id: string, details: object): Promise<void> {
    return recordAct(tx, { actorId: user.id, action, object: { type: 'webhook', id }, details: { ...details } });
  }
}
