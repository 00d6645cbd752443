/** How does an endpoint look from outside? With how it fares, and what it missed; never with its secret. */
import { etagOf } from '../platform/etag.js';
import { instantKey } from '../platform/page.js';
import type { WebhookView } from './webhooks.schema.js';

const COUNT_TO = 1_000;

/** With what became of its last deliveries, and how much it missed. */
export const ENDPOINTS = `
  SELECT h.id, h.url, h.description, h.events, h.active, h."offAt", h."offReason", h.failures, h."failingSince",
         h."rotatedAt", CASE WHEN h."oldSecretUntil" > now() THEN h."oldSecretUntil" END AS "oldUntil",
         h."personId", h."createdAt", h."updatedAt", ${instantKey('h."createdAt"')} AS "createdKey", recent.*, missed.*
    FROM webhook_endpoint h
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE state = 'delivered')::int AS delivered,
             count(*) FILTER (WHERE state IN ('pending', 'sending'))::int AS waiting,
             count(*) FILTER (WHERE state IN ('failed', 'dead'))::int AS failed
        FROM (SELECT state FROM webhook_delivery WHERE "endpointId" = h.id ORDER BY "createdAt" DESC, seq DESC LIMIT 100) d) recent
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS missed, min(position)::int8 AS "fromSequence", max(position)::int8 AS "toSequence"
        FROM (SELECT position FROM webhook_delivery
               WHERE "endpointId" = h.id AND state = 'missed' AND "redeliveredBy" IS NULL
               ORDER BY position LIMIT ${COUNT_TO + 1}) m) missed`;

export interface EndpointRow extends Omit<WebhookView, 'off' | 'recent' | 'missed' | 'secret' | 'etag' | 'links'> {
  readonly personId: string | null;
  readonly createdKey: string;
  readonly offAt: Date | null;
  readonly offReason: 'failing' | 'gone' | 'person' | null;
  readonly rotatedAt: Date;
  readonly oldUntil: Date | null;
  readonly delivered: number;
  readonly waiting: number;
  readonly failed: number;
  readonly missed: number;
  readonly fromSequence: string | null;
  readonly toSequence: string | null;
}

/** What a change would overwrite. */
export const fieldsOf = ({ url, description, events, active }: Omit<WebhookView, 'etag'>) => ({
  ...{ url, description, events, active },
});

export const linkTo = (personId: string | null, id: string): string =>
  `/api/v1/${personId === null ? '' : 'me/'}webhooks/${id}`;

export function view(row: EndpointRow): WebhookView {
  const { offAt, offReason, delivered, waiting, failed, missed, fromSequence, toSequence } = row;
  const self = linkTo(row.personId, row.id);
  const shown = {
    ...row,
    off: offAt && offReason && { at: offAt, reason: offReason },
    recent: { delivered, waiting, failed },
    missed: {
      ...{ count: Math.min(missed, COUNT_TO), atLeast: missed > COUNT_TO },
      fromSequence: fromSequence === null ? null : Number(fromSequence),
      toSequence: toSequence === null ? null : Number(toSequence),
    },
    secret: { rotatedAt: row.rotatedAt, oldUntil: row.oldUntil },
    links: { self, deliveries: `${self}/deliveries`, test: `${self}/test`, redeliver: `${self}/redeliver` },
  };
  return { ...shown, etag: etagOf(fieldsOf(shown)) };
}
