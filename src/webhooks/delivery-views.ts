/** How does a delivery look from outside? With what its last try came to. */
import { instantKey } from '../platform/page.js';
import { linkTo } from './webhook-views.js';
import type { WebhookDeliveryView, WebhookState } from './webhooks.schema.js';

export const DELIVERIES = `
  SELECT d.id, d.seq, d."messageId", d."endpointId", h."personId", d.topic, d.position, d."submissionId", d.state, d.attempts,
         d."dueAt", d."endedAt", d."redeliveryOf", d."redeliveredBy", d."createdAt", ${instantKey('d."createdAt"')} AS "createdKey", last.status, last.problem
    FROM webhook_delivery d JOIN webhook_endpoint h ON h.id = d."endpointId"
    LEFT JOIN LATERAL (SELECT a.status, a.problem FROM webhook_attempt a
                        WHERE a."deliveryId" = d.id ORDER BY a.attempt DESC LIMIT 1) last ON true`;

export interface DeliveryRow {
  readonly id: string;
  readonly seq: string;
  readonly messageId: string;
  readonly endpointId: string;
  readonly personId: string | null;
  readonly topic: string;
  readonly position: string | null;
  readonly submissionId: string | null;
  readonly state: WebhookState;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
  readonly redeliveryOf: string | null;
  readonly redeliveredBy: string | null;
  readonly createdAt: Date;
  readonly createdKey: string;
  readonly status: number | null;
  readonly problem: string | null;
}

export function view(row: DeliveryRow): WebhookDeliveryView {
  const { endpointId, personId, state, dueAt, position } = row;
  const webhook = linkTo(personId, endpointId);
  const self = `${webhook}/deliveries/${row.id}`;
  return {
    ...row,
    webhookId: row.messageId,
    event: row.topic,
    sequence: position === null ? null : Number(position),
    nextAt: state === 'pending' || state === 'failed' ? dueAt : null,
    submissionId: state === 'skipped' ? null : row.submissionId,
    links: { self, webhook, redeliver: `${self}/redeliver` },
  };
}
