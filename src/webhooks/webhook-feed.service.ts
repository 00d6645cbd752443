/** Who is to hear of what has happened? Each event becomes a delivery at every endpoint that wants it, once, in its order. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { Audience } from '../live/announce.js';
import { post } from '../outbox/outbox.js';
import { isWanted } from './webhook-filter.js';

export const BATCH = 500;

/** One hand at a time: the cursor moves in the transaction that writes the deliveries. */
const CURSOR = 'SELECT position FROM webhook_cursor FOR UPDATE SKIP LOCKED';

const EVENTS = `
  SELECT id, position::int8 AS position, topic, audience, "submissionId", "personId", data, "createdAt" FROM live_event
   WHERE position > $1 ORDER BY position LIMIT ${BATCH}`;

/**
 * Of events after $1 and up to $2, whose endpoints might hear of them: those of the installation of all, people's of
 * what is theirs, or was until it was deleted. Whether they still may is asked when it is sent. What began before an
 * endpoint was there is not for it.
 */
const LISTENERS = `
  SELECT e.id AS "eventId", h.id AS "endpointId", h.events, h.active
    FROM live_event e
    LEFT JOIN submission s ON s.id = e."submissionId"
    JOIN webhook_endpoint h ON h."createdAt" <= e."createdAt"
    LEFT JOIN person p ON p.id = h."personId"
   WHERE e.position > $1 AND e.position <= $2
     AND (h."personId" IS NULL OR p."disabledAt" IS NULL AND CASE e.audience
            WHEN 'person' THEN p.id = e."personId"
            WHEN 'staff' THEN roles_held(p) && ARRAY['curator', 'admin'] OR reviews_profile(p.id, s.profile)
            ELSE p.id IN (s."ownerId", e."personId") OR roles_held(p) && ARRAY['curator', 'admin'] OR reviews_profile(p.id, s.profile)
              OR EXISTS (SELECT FROM collaborator c
                          WHERE c.accession = coalesce(s.accession, e.data ->> 'accession') AND c."personId" = p.id)
          END)
   ORDER BY e.position, h.id`;

const WRITE = `
  INSERT INTO webhook_delivery (id, "endpointId", "messageId", "eventId", position, topic, audience, "submissionId", body, state, "endedAt")
  SELECT id, "endpointId", "messageId", "eventId", position, topic, audience, "submissionId", body, state,
         CASE WHEN state = 'missed' THEN now() END
    FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, "endpointId" uuid, "messageId" text, "eventId" uuid, position bigint,
                                             topic text, audience text, "submissionId" uuid, body text, state text)
  ON CONFLICT ("endpointId", "eventId") WHERE "redeliveryOf" IS NULL DO NOTHING`;

interface Happened {
  readonly id: string;
  readonly position: string;
  readonly topic: string;
  readonly audience: Audience;
  readonly submissionId: string | null;
  readonly personId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
}

interface Listener {
  readonly eventId: string;
  readonly endpointId: string;
  readonly events: readonly string[];
  readonly active: boolean;
}

@Injectable()
export class WebhookFeed {
  private readonly base: string;

  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) config: Config,
  ) {
    this.base = publicUrl(config);
  }

  /** @returns how many events there were; 0 also where another hand is at them */
  async next(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const [cursor] = await tx.query(CURSOR);
      if (!cursor) return 0;
      const events: Happened[] = await tx.query(EVENTS, [cursor.position]);
      const last = events.at(-1);
      if (!last) return 0;
      await this.write(tx, events, await tx.query(LISTENERS, [cursor.position, last.position]));
      await tx.query('UPDATE webhook_cursor SET position = $1', [last.position]);
      return events.length;
    });
  }

  private async write(tx: EntityManager, events: readonly Happened[], listeners: readonly Listener[]): Promise<void> {
    const byId = new Map(events.map((event) => [event.id, { ...event, body: bodyOf(event, this.base) }]));
    const wanted = listeners.flatMap((listener) => {
      const event = byId.get(listener.eventId);
      return event && isWanted(listener.events, event.topic) ? [{ event, listener }] : [];
    });
    if (wanted.length === 0) return;
    const rows = wanted.map(({ event, listener }) => ({
      ...event,
      ...{ id: randomUUID(), eventId: event.id, endpointId: listener.endpointId },
      messageId: messageIdOf(event.id, listener.endpointId),
      state: listener.active ? 'pending' : 'missed',
    }));
    await tx.query(WRITE, [JSON.stringify(rows)]);
    const awaiting = wanted.filter(({ listener }) => listener.active).map(({ listener }) => listener.endpointId);
    for (const endpointId of new Set(awaiting)) await post(tx, { topic: 'webhook.due', endpointId });
  }
}

/** The same for the same event at the same endpoint, however often it is sent: receivers tell repetitions by it. */
const messageIdOf = (eventId: string, endpointId: string): string =>
  `msg_${eventId.replaceAll('-', '')}_${endpointId.replaceAll('-', '')}`;

/** Thin: what happened and where to read more, by somebody who may. */
function bodyOf({ topic, createdAt, submissionId, personId, data, position }: Happened, base: string): string {
  return JSON.stringify({
    type: topic,
    timestamp: createdAt.toISOString(),
    data: {
      ...data,
      ...(submissionId && { submissionId }),
      ...(personId && { personId }),
      sequence: Number(position),
      ...(submissionId && { links: { submission: `${base}/api/v1/submissions/${submissionId}` } }),
    },
  });
}
